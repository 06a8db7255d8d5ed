import type { RawBuilder } from 'kysely'
import { runStatements, tables } from './mandate.ts'
import type { Mandate } from './mandate.ts'

/** Runs queries in one round trip; resolves to the rows of each under its name. Fails as a whole when one fails. */
export async function readTogether<Rows extends Readonly<Record<string, object>>>(
  mandate: Mandate,
  queries: { readonly [Name in keyof Rows]: RawBuilder<Rows[Name]> },
): Promise<{ [Name in keyof Rows]: Rows[Name][] }> {
  const names = Object.keys(queries)
  const compiled = Object.values<RawBuilder<object>>(queries).map((query) => query.compile(tables(mandate)))
  const results = await runStatements(
    mandate,
    compiled.map(({ sql, parameters }) => ({ text: sql, values: parameters })),
  )
  const rows = names.map((name, index) => [name, results[index]?.rows ?? []])
  // The columns are what each query selects; the builder's type carries them, the wire does not.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(rows) as { [Name in keyof Rows]: Rows[Name][] }
}
