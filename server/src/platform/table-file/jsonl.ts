import type { FileFacts, FileWriter, Sink } from './writer.ts'

/** JSON Lines in UTF-8: one object a line, with the values that the API gives. */
export function makeJsonLinesWriter({ columns }: FileFacts, sink: Sink): FileWriter {
  return {
    async write(rows) {
      const lines = rows.map((row) =>
        JSON.stringify(Object.fromEntries(columns.map(({ key }, index) => [key, row[index] ?? null]))),
      )
      if (lines.length > 0) sink(Buffer.from(`${lines.join('\n')}\n`))
    },
    async end() {},
  }
}
