// Text for tests: sentences about a few topics, each with words of its own, so that a model that
// learned anything finds the words of one topic alike. Seeded; English and Korean.

import { mulberry32 } from '../src/numerics/random.ts';

export const TOPICS = {
  court: ['king', 'queen', 'prince', 'princess', 'throne', 'crown', 'castle', 'knight', 'royal', 'palace'],
  sea: ['ship', 'sailor', 'harbour', 'wave', 'anchor', 'captain', 'storm', 'island', 'sail', 'coast'],
  kitchen: ['bread', 'butter', 'oven', 'flour', 'sugar', 'recipe', 'spoon', 'kitchen', 'dough', 'cake'],
  korea: ['한국', '서울', '부산', '한강', '김치', '한글', '경복궁', '제주', '남산', '인천'],
} as const;

const COMMON = ['the', 'a', 'of', 'and', 'in', 'with', 'to', 'was', 'near', 'over'];

/**
 * At least `words` words in sentences of about ten, each sentence on one topic, a paragraph every
 * five sentences.
 */
export function syntheticText(words: number, seed: number): string {
  const random = mulberry32(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const topics = Object.values(TOPICS);
  let text = '';
  for (let count = 0, sentence = 1; count < words; sentence++) {
    const topic = topics[Math.floor(random() * topics.length)]!;
    const length = 8 + Math.floor(random() * 5);
    const tokens = Array.from({ length }, (_, index) => pick(index % 2 ? topic : COMMON));
    text += `${tokens.join(' ')}.${sentence % 5 ? ' ' : '\n\n'}`;
    count += length;
  }
  return text;
}
