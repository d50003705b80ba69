// A reporter for Node's test runner: the counts of the whole run, as one line of JSON.
/**
 * @typedef {Record<'passed' | 'failed' | 'cancelled' | 'skipped' | 'todo', number>} Counts
 * @typedef {{ file?: string, counts: Counts }} Summary
 * @param {AsyncIterable<{ type: string, data: Summary }>} events
 */
export default async function* counts(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:summary' || data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo });
  }
}
