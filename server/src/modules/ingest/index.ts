/**
 * Data in (B17): the bulk interface of the provider's own systems, the keys to it (`ingest_key`), and the import of
 * files by command. Both ways check and write records with the same code, so a row that one refuses the other refuses
 * too. It is a plane of its own that writes and has no route to read back (decision 010). Adapters turn the exports of
 * other systems into our records; no other module is called.
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
export { readNamedRows, sizeOf, UnreadableError } from './reader.ts'
export { ingestRoutes } from './routes.ts'
