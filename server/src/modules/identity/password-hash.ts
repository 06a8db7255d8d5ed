import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { ProblemError } from '#platform/problem.ts'

/** Argon2id with 19 MiB, two passes and one lane: the second choice of the OWASP password storage cheat sheet. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG_BYTES = 32
const SALT_BYTES = 16

interface Parsed {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tag: Buffer
}

type Cost = Pick<Parsed, 'memory' | 'passes' | 'parallelism'>

function derive(password: string, salt: Buffer, cost: Cost & { tagLength: number }): Promise<Buffer> {
  // One written form of a letter with an accent, whatever keyboard typed it (NIST SP 800-63B-4 section 3.1.1.2).
  const parameters = { ...cost, message: password.normalize('NFC'), nonce: salt }
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)))
  })
}

function toUnpaddedBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

/** The hash of a password in PHC string form, with a salt of its own. Takes about 40 ms of one core and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await derive(password, salt, { ...COST, tagLength: TAG_BYTES })
  const { memory, passes, parallelism } = COST
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toUnpaddedBase64(salt)}$${toUnpaddedBase64(tag)}`
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function parse(hash: string): Parsed {
  const match = PHC.exec(hash)
  if (!match) throw new Error('A stored password hash is not an Argon2id string.')
  const [, memory, passes, parallelism, salt = '', tag = ''] = match
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

async function matches(password: string, hash: string): Promise<boolean> {
  const { salt, tag, ...cost } = parse(hash)
  const derived = await derive(password, salt, { ...cost, tagLength: tag.length })
  return timingSafeEqual(derived, tag)
}

/** Hashes within a bulkhead, so that sign-ins never take the whole machine (reliability R6). */
export interface PasswordHasher {
  /** Throws OVERLOADED when too many wait already. */
  hash(password: string): Promise<string>
  /** Takes as long for an account without a password as for one with: a hash of nothing is compared instead. */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** Costs what a real one costs, and no password is known that has it. */
const HASH_OF_NOTHING = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${toUnpaddedBase64(Buffer.alloc(SALT_BYTES))}$${toUnpaddedBase64(Buffer.alloc(TAG_BYTES))}`

/** How many may wait for each that is being computed: about one second of waiting. */
const WAITING_PER_SLOT = 12

/** The hasher of one process. */
export function makePasswordHasher(concurrency: number): PasswordHasher {
  const waiting: (() => void)[] = []
  let running = 0

  async function within<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= concurrency) {
      if (waiting.length >= concurrency * WAITING_PER_SLOT) {
        throw new ProblemError(503, 'OVERLOADED', 'Too many people are signing in at this moment.')
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The slot passes to the next in line without being free in between.
      if (next) next()
      else running -= 1
    }
  }

  return {
    hash: (password) => within(() => hashPassword(password)),
    verify: (password, hash) =>
      within(async () => {
        const isSame = await matches(password, hash ?? HASH_OF_NOTHING)
        return hash !== null && isSame
      }),
  }
}
