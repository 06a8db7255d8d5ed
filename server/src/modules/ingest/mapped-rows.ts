import type { IncomingRow } from './import.ts'
import { checkHeader, mapRow } from './mapping.ts'
import type { MappingBody } from './mapping.ts'
import { readNamedRows } from './reader.ts'
import type { ReadingState } from './reader.ts'

/** The rows of files that all have the form of one mapping, one at a time. */
export async function* readMappedRows(
  mapping: MappingBody,
  paths: readonly string[],
  state: ReadingState,
): AsyncGenerator<IncomingRow> {
  for (const path of paths) {
    for await (const row of readNamedRows(path, mapping, { state, check: checkHeader(mapping) })) {
      const { file, line } = row
      if ('detail' in row) {
        yield { file, line, items: [], faults: [{ pointer: '', code: 'MISSHAPEN_ROW', detail: row.detail }] }
        continue
      }
      const { item, faults } = mapRow(mapping, row)
      yield { file, line, items: [{ kind: mapping.kind, raw: item }], faults }
    }
  }
}
