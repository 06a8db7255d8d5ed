import { parseArgs } from 'node:util'
import { createIngestKey } from '#modules/ingest/index.ts'
import { actAsOperator } from '#platform/operator.ts'
import { STATUS, UsageError, writeJson } from './command.ts'
import type { Command } from './command.ts'

const SOURCE = /^[a-z0-9][a-z0-9_-]{0,62}$/

function readDays(text: string | undefined): number {
  if (text === undefined) return 365
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 730)
    throw new UsageError('--days is a whole number from 1 to 730.')
  return days
}

export const keys: Command = {
  name: 'keys',
  help: "keys create-ingest NAME --source SOURCE [--days N] [--json]\n  Makes a key with which one of the provider's own systems hands records in, and prints it this once.\n  SOURCE names that system: external ids are unique within it. The key ends after N days (365).",
  async run(args, surroundings) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { source: { type: 'string' }, days: { type: 'string' }, json: { type: 'boolean' } },
    })
    const [action, name, ...rest] = positionals
    if (action !== 'create-ingest' || name === undefined || rest.length > 0)
      throw new UsageError('Say create-ingest and one name.')
    if (name.length > 100) throw new UsageError('A name has at most 100 characters.')
    const { source } = values
    if (source === undefined || !SOURCE.test(source))
      throw new UsageError('--source is lower-case letters, digits, hyphens and underscores.')
    const days = readDays(values.days)
    const { admin } = await surroundings.open()
    const request = { operator: surroundings.operator, command: 'keys create-ingest' }
    const made = await actAsOperator(admin, request, (mandate) =>
      createIngestKey(mandate, { name, source, days, createdBy: null }),
    )
    if (values.json) writeJson(surroundings, made)
    else {
      surroundings.err(
        `The key of ${name} for the source ${source}, until ${made.ends_at}. It is shown this once:\n`,
      )
      surroundings.out(`${made.key}\n`)
    }
    return STATUS.done
  },
}
