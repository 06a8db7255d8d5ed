import { stringify } from 'csv-stringify/sync'
import type { ExportCell } from '../export-source.ts'
import { neutralise, toText } from './cells.ts'
import type { FileFacts, FileWriter, Sink } from './writer.ts'

const toField = (cell: ExportCell): string => (typeof cell === 'string' ? neutralise(cell) : toText(cell))

/** CSV (RFC 4180) in UTF-8 with a header line; text that a spreadsheet would run is neutralised. */
export function makeCsvWriter({ columns, hasByteOrderMark }: FileFacts, sink: Sink): FileWriter {
  const put = (records: readonly (readonly string[])[]) =>
    sink(
      Buffer.from(
        stringify(
          records.map((record) => [...record]),
          { record_delimiter: 'windows' },
        ),
      ),
    )
  if (hasByteOrderMark) sink(Buffer.from('\uFEFF'))
  put([columns.map((column) => column.key)])
  return {
    async write(rows) {
      if (rows.length > 0) put(rows.map((row) => row.map(toField)))
    },
    async end() {},
  }
}
