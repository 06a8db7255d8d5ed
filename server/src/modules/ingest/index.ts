/**
 * Data in (B17): the bulk interface of the provider's own systems, the keys to it, and the import of files. Both ways
 * check and write records with the same code.
 */

export { readTelco, TELCO_SOURCE } from './adapters/telco.ts'
export { findTenantIds } from './apply.ts'
export { attestLinks } from './attest.ts'
export { createIngestKey } from './create-key.ts'
export { BadRowsError, importRows } from './import.ts'
export type { BadRow, ImportCounts, IncomingRow } from './import.ts'
export { makeIngestKey } from './key.ts'
export { readMappedRows } from './mapped-rows.ts'
export { parseMapping } from './mapping.ts'
export { sizeOf, UnreadableError } from './reader.ts'
export { ingestRoutes } from './routes.ts'
