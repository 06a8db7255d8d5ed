import { readFile, writeFile } from 'node:fs/promises'
import { contractOf } from './lib/api-contract.ts'

// What integrators rely on as of this release: later changes of docs/openapi.json are compared with it by
// tests/openapi.test.ts. One operation a line, so that a release shows what it adds.
const root = new URL('..', import.meta.url)
const document: unknown = JSON.parse(await readFile(new URL('docs/openapi.json', root), 'utf8'))
const lines = Object.entries(contractOf(document)).map(
  ([name, contract]) => `${JSON.stringify(name)}: ${JSON.stringify(contract)}`,
)
await writeFile(new URL('docs/openapi.released.json', root), `{\n${lines.join(',\n')}\n}\n`)
