import type { Database } from '#platform/database.ts'
import { DueWork } from '#platform/due-work.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { makeOutgoing } from './outgoing.ts'
import type { OutgoingOptions, Post } from './ways-out.ts'
import type { Attempted } from './attempts.ts'

/** Longer than an attempt can last, so that nothing is sent twice at once. */
const CLAIM_SECONDS = 60
const MOST_AT_ONCE = 50
/** How many messages one statement forgets. */
const MOST_FORGOTTEN = 5000
/** So that one receiver that hangs does not keep the others from theirs. */
const MOST_PER_RECEIVER = 5

/** What every deliverer is given. */
export interface DelivererOptions extends Partial<OutgoingOptions> {
  readonly database: Database
  readonly vault: Vault
  readonly onError: (error: Error, where: string) => void
  /** In [0, 1); spreads repetitions. */
  readonly random?: () => number
}

/** The part of telling receivers that no request waits for; any number of processes share the work. */
export interface Deliverer {
  /** The handlers of the outbox's topics that receivers are told of. */
  readonly topics: Readonly<Record<string, TopicHandler>>
  /** Delivers what is due, and what becomes due meanwhile; resolves when nothing is. */
  deliverDue(): Promise<void>
  /** Forgets what is older than it is kept. */
  sweep(): Promise<void>
  /** Looks for what is due every second from now on. */
  start(): void
  /** Ends after the attempts that are under way. */
  stop(): Promise<void>
}

/** How much one look may claim, and for how long. */
export interface ClaimLimits {
  readonly most: number
  readonly perReceiver: number
  readonly claimSeconds: number
}

/** What one kind of messages is: where they are claimed, what is posted, and what becomes of it. */
export interface Delivery<Claimed> {
  readonly job: string
  readonly timeoutMs: number
  readonly claim: (mandate: Mandate<'system'>, limits: ClaimLimits) => Promise<readonly Claimed[]>
  readonly compose: (claimed: Claimed) => Promise<Post>
  readonly settle: (
    mandate: Mandate<'system'>,
    claimed: Claimed,
    came: { readonly attempted: Attempted; readonly random: number },
  ) => Promise<void>
  /** Removes so many of what is past its time; returns how many there were. */
  readonly forget: (mandate: Mandate<'system'>, most: number) => Promise<number>
  /** `wake` looks for what is due at once. */
  readonly makeTopics: (wake: () => void) => Deliverer['topics']
}

/** Makes the deliverer of one process. Begins with `start`. */
export function makeDeliverer<Claimed>(options: DelivererOptions, delivery: Delivery<Claimed>): Deliverer {
  const { database, onError, random = Math.random } = options
  const { job, timeoutMs } = delivery
  const outgoing = makeOutgoing({ allowsLoopback: false, timeoutMs, ...options })
  const within = <Result>(work: (mandate: Mandate<'system'>) => Promise<Result>) =>
    inSystemTransaction(database, { job }, work)
  const work = new DueWork<Claimed>({
    mostAtOnce: MOST_AT_ONCE,
    claim: (most) =>
      within((mandate) =>
        delivery.claim(mandate, { most, perReceiver: MOST_PER_RECEIVER, claimSeconds: CLAIM_SECONDS }),
      ),
    async carryOut(claimed) {
      const attempted = await outgoing.post(await delivery.compose(claimed))
      await within((mandate) => delivery.settle(mandate, claimed, { attempted, random: random() }))
    },
    onError: (error) => onError(error, job),
  })
  return {
    topics: delivery.makeTopics(() => work.wake()),
    deliverDue: () => work.drain(),
    async sweep() {
      // A part at a time: a busy day is more than one statement, or one transaction, may take.
      while ((await within((mandate) => delivery.forget(mandate, MOST_FORGOTTEN))) === MOST_FORGOTTEN);
    },
    start: () => work.start(),
    async stop() {
      await work.stop()
      await outgoing.close()
    },
  }
}
