import { parseArgs } from 'node:util'
import { createIngestKey } from '#modules/ingest/index.ts'
import { actAsOperator } from '#platform/operator.ts'
import { STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { readOverlap, rotateKeys } from './keys-rotate.ts'
import { rotateAudit, rotateSigning } from './signing-keys.ts'

const SOURCE = /^[a-z0-9][a-z0-9_-]{0,62}$/

function readDays(text: string | undefined): number {
  if (text === undefined) return 365
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 730)
    throw new UsageError('--days is a whole number from 1 to 730.')
  return days
}

const OPTIONS = {
  source: { type: 'string' },
  days: { type: 'string' },
  dashboards: { type: 'boolean' },
  overlap: { type: 'string' },
  reason: { type: 'string' },
  'at-once': { type: 'boolean' },
  stolen: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

interface Line {
  readonly values: {
    readonly source?: string | undefined
    readonly days?: string | undefined
    readonly dashboards?: boolean | undefined
    readonly overlap?: string | undefined
    readonly reason?: string | undefined
    readonly 'at-once'?: boolean | undefined
    readonly stolen?: boolean | undefined
    readonly json?: boolean | undefined
  }
  readonly positionals: readonly string[]
}

async function makeIngestKey({ values, positionals }: Line, surroundings: Surroundings): Promise<number> {
  const [, name, ...rest] = positionals
  if (name === undefined || rest.length > 0) throw new UsageError('Say create-ingest and one name.')
  if (name.length > 100) throw new UsageError('A name has at most 100 characters.')
  const { source } = values
  if (source === undefined || !SOURCE.test(source))
    throw new UsageError('--source is lower-case letters, digits, hyphens and underscores.')
  const days = readDays(values.days)
  const { admin } = await surroundings.open()
  const request = { operator: surroundings.operator, command: 'keys create-ingest' }
  const made = await actAsOperator(admin, request, (mandate) =>
    createIngestKey(mandate, {
      name,
      source,
      days,
      createdBy: null,
      makesDashboardTokens: values.dashboards ?? false,
    }),
  )
  if (values.json) writeJson(surroundings, made)
  else {
    surroundings.err(
      `The key of ${name} for the source ${source}, until ${made.ends_at}. It is shown this once:\n`,
    )
    surroundings.out(`${made.key}\n`)
  }
  return STATUS.done
}

async function rotate({ values, positionals }: Line, surroundings: Surroundings): Promise<number> {
  if (positionals.length > 1) throw new UsageError('rotate takes no name.')
  const rotation = await rotateKeys(surroundings, readOverlap(values.overlap))
  if (values.json) writeJson(surroundings, rotation)
  else
    surroundings.out(
      `Key ${rotation.number} is in use since ${rotation.active_from}; ${rotation.values_renewed} stored secrets were sealed anew, ${rotation.keys_removed} old keys removed.\n` +
        (rotation.not_renewed.length > 0
          ? `Still under an older key, which stays: ${rotation.not_renewed.join(', ')}.\n`
          : ''),
    )
  return STATUS.done
}

async function rotateSigningLine({ values, positionals }: Line, surroundings: Surroundings): Promise<number> {
  if (positionals.length > 1) throw new UsageError('rotate-signing takes no name.')
  const rotation = await rotateSigning(surroundings, {
    reason: values.reason,
    isAtOnce: values['at-once'] ?? false,
  })
  if (values.json) writeJson(surroundings, rotation)
  else
    surroundings.out(
      `Access tokens are signed with ${rotation.active} from now on; ` +
        (values['at-once']
          ? 'no token that an earlier key signed counts any more.\n'
          : `${rotation.retired} stays published until its last token has ended.\n`),
    )
  return STATUS.done
}

async function rotateAuditLine({ values, positionals }: Line, surroundings: Surroundings): Promise<number> {
  if (positionals.length > 1) throw new UsageError('rotate-audit takes no name.')
  const rotation = await rotateAudit(surroundings, {
    reason: values.reason,
    isStolen: values.stolen ?? false,
  })
  if (values.json) writeJson(surroundings, rotation)
  else
    surroundings.out(
      `Key ${rotation.number} of the audit log signs checkpoints of more than ${rotation.after_size} events. Give what "audit key" prints to those who verify.\n`,
    )
  return STATUS.done
}

export const keys: Command = {
  name: 'keys',
  help: `keys create-ingest NAME --source SOURCE [--days N] [--dashboards] [--json]
  Makes a key with which one of the provider's own systems hands records in, and prints it this once.
  SOURCE names that system: external ids are unique within it. The key ends after N days (365). With --dashboards
  it makes tokens of embedded dashboards, and so reads the summary of every partner, and hands nothing in.
keys rotate [--overlap SECONDS] [--json]
  Makes a new data key, lets every server learn it for SECONDS (60), then seals every stored secret anew; servers go
  on working. Cursors of lists signed with the key before are taken for another day. LIAISON_SECRET_KEY stays.
keys rotate-signing [--at-once] [--reason TEXT] [--json]
  Signs access tokens with the next key. The one before stays published until its tokens have ended, so no call is
  refused. --at-once is for keys that are no longer safe: all are replaced, no token that they signed counts here from
  the next second on, and a gateway that keeps keys asks for them again at the first token of a new one.
keys rotate-audit [--stolen --reason TEXT] [--json]
  Signs checkpoints of the audit log with a new key; servers go on working. Checkpoints and proofs of the key before stay
  good, and it signs no later ones. --stolen is for a key that somebody else may have: what it alone signed proves nothing
  any more, and proofs have to be made anew.`,
  async run(args, surroundings) {
    const line = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
    const [action] = line.positionals
    if (action === 'rotate-signing') return rotateSigningLine(line, surroundings)
    if (action === 'rotate-audit') return rotateAuditLine(line, surroundings)
    if (action === 'rotate') return rotate(line, surroundings)
    if (action === 'create-ingest') return makeIngestKey(line, surroundings)
    throw new UsageError('Say create-ingest and one name, rotate, rotate-signing, or rotate-audit.')
  },
}
