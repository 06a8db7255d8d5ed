import type { ExportCell, ExportColumn } from '../export-source.ts'

/** What a file says about itself. */
export interface FileFacts {
  readonly title: string
  /** One line each: who ordered it, when, what was asked. */
  readonly about: readonly string[]
  readonly columns: readonly ExportColumn[]
  readonly hasByteOrderMark: boolean
  readonly createdAt: Date
}

/** Takes bytes of a file in their order. */
export type Sink = (bytes: Uint8Array) => void

/** Writes one file, row by row; it keeps none of them. */
export interface FileWriter {
  /** Everything but a small rest of these rows has gone into the sink when this resolves. */
  write(rows: readonly (readonly ExportCell[])[]): Promise<void>
  /** Writes what ends the file; the rest is in the sink when this resolves. */
  end(): Promise<void>
}

export const FILE_FORMATS = ['csv', 'xlsx', 'pdf', 'jsonl'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]
