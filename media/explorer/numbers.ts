// How figures are written, in the display language.

const locale = document.documentElement.lang || undefined;
const counts = new Intl.NumberFormat(locale);
const similarities = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(locale, {
  style: 'percent',
  minimumSignificantDigits: 2,
  maximumSignificantDigits: 2,
});
/** Fits the column of figures, which two digits and a sign behind “<” would not. */
const least = new Intl.NumberFormat(locale, { style: 'percent', maximumSignificantDigits: 1 });

export const formatCount = (count: number) => counts.format(count);
/** A cosine. */
export const formatSimilarity = (similarity: number) => similarities.format(similarity);
/** A probability, 0 to 1. */
export const formatProbability = (probability: number) =>
  probability > 0 && probability < 0.001 ? `<\u202f${least.format(0.001)}` : percent.format(probability);
