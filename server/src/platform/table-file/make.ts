import { makeCsvWriter } from './csv.ts'
import { makeJsonLinesWriter } from './jsonl.ts'
import { makePdfWriter } from './pdf.ts'
import type { FileFacts, FileFormat, FileWriter, Sink } from './writer.ts'
import { makeXlsxWriter } from './xlsx.ts'

const WRITERS: Readonly<Record<FileFormat, (facts: FileFacts, sink: Sink) => FileWriter>> = {
  csv: makeCsvWriter,
  xlsx: makeXlsxWriter,
  pdf: makePdfWriter,
  jsonl: makeJsonLinesWriter,
}

/** The writer of a format; what it has written goes into the sink. */
export function makeWriter(format: FileFormat, facts: FileFacts, sink: Sink): FileWriter {
  return WRITERS[format](facts, sink)
}
