import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { LimitAnswer, LimitAsked, LimitStore } from './limit-store.ts'
import { OwnLogs } from './own-logs.ts'
import type { Debt } from './own-logs.ts'
import { readReply, SCRIPT, toArguments } from './redis-script.ts'
import type { ScriptReply } from './redis-script.ts'

/** Nobody waits longer for an answer. Source: embedded.md section 4. */
const LATE_MS = 250
/** A connection on which an answer is missing for so long is given up. */
const GIVE_UP_MS = 2000
const PREFIX = 'liaison:limit:'
const ALARM_EACH_MS = 60_000

/** How a Redis is used for limits. */
export interface RedisLimitOptions {
  readonly url: string
  /** How many processes share the limits: what each may admit alone while the Redis is away. */
  readonly instances: number
  /** Told at most once a minute while the Redis does not answer. */
  readonly onAway: (error: Error) => void
}

async function connect(url: string): Promise<Redis> {
  // Loaded only where a Redis is configured.
  const library = await import('ioredis')
  const redis = new library.Redis(url, {
    commandTimeout: GIVE_UP_MS,
    connectTimeout: LATE_MS,
    // Whoever cannot ask now must not wait until it can.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, 2000),
    lazyConnect: true,
  })
  redis.on('error', () => undefined)
  await Promise.race([redis.connect().catch(() => undefined), delay(LATE_MS, undefined, { ref: false })])
  return redis
}

/** The answer, or nothing when it is not there in time; refuses as the command does. */
async function inTime(reply: Promise<ScriptReply>): Promise<ScriptReply | null> {
  const over = new AbortController()
  const late = delay(LATE_MS, null, { signal: over.signal }).catch(() => null)
  try {
    return await Promise.race([reply, late])
  } finally {
    over.abort()
  }
}

const toAnswer = ({ admitted, waitsMs, remaining }: ScriptReply): LimitAnswer => ({
  admitted,
  waitsMs: admitted ? [] : waitsMs,
  remaining,
})

class RedisLimitStore implements LimitStore {
  readonly #redis: Redis
  readonly #own: OwnLogs
  readonly #onAway: (error: Error) => void
  #toldAtMs = Number.NEGATIVE_INFINITY
  /** Commands whose answers are late. */
  #late = 0
  /** Which of its connections this is. */
  #connection = 0

  constructor(redis: Redis, { instances, onAway }: RedisLimitOptions) {
    this.#redis = redis
    this.#own = new OwnLogs(instances)
    this.#onAway = onAway
    redis.on('ready', () => {
      this.#connection += 1
      void this.#pay()
    })
  }

  async take(asked: readonly LimitAsked[]): Promise<LimitAnswer> {
    // Behind a late answer others would only be later.
    if (this.#late > 0) return this.#own.decide(asked, false).answer
    const debts = this.#own.send(asked)
    const reply = this.#run('take', debts)
    try {
      const found = await inTime(reply)
      if (found) return this.#accept(asked, debts, found)
    } catch (error) {
      this.#own.owe(debts)
      this.#raise(error)
      return this.#own.decide(asked, false).answer
    }
    return this.#decideBefore(asked, debts, reply)
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }

  async #run(mode: 'take' | 'pay', debts: readonly Debt[]): Promise<ScriptReply> {
    const logs = debts.map(({ asked, owed }) => ({
      asked,
      owedAgesMs: owed.map((admission) => this.#own.ageMs(admission)),
    }))
    const keys = debts.map(({ asked: { key } }) => `${PREFIX}${key}`)
    return readReply(await this.#redis.eval(SCRIPT, keys.length, ...keys, ...toArguments(mode, logs)))
  }

  #accept(asked: readonly LimitAsked[], debts: readonly Debt[], reply: ScriptReply): LimitAnswer {
    this.#own.settle(debts)
    this.#own.learn(asked, reply.agesMs, reply.admitted)
    return toAnswer(reply)
  }

  /** Decides before the Redis has answered, and sees to it that both come to the same count. */
  #decideBefore(
    asked: readonly LimitAsked[],
    debts: readonly Debt[],
    reply: Promise<ScriptReply>,
  ): LimitAnswer {
    this.#raise(new Error(`The Redis did not answer within ${LATE_MS} ms.`))
    const { answer, given } = this.#own.decide(asked, true)
    const taken = given.map((admission, index) => ({ asked: asked[index], owed: [admission] }))
    const mine = taken.flatMap(({ asked: one, owed }) => (one === undefined ? [] : [{ asked: one, owed }]))
    const connection = this.#connection
    this.#late += 1
    const finish = async () => {
      try {
        const found = await reply
        this.#own.settle(found.admitted ? [...debts, ...mine] : debts)
        this.#own.learn(asked, found.agesMs, false)
        if (!found.admitted) this.#own.owe(mine)
        else if (!answer.admitted) await this.#giveBack(asked, found.moment)
      } catch {
        this.#own.owe([...debts, ...mine])
        if (connection === this.#connection) this.#redis.disconnect(true)
      }
      this.#late -= 1
      await this.#pay()
    }
    void finish()
    return answer
  }

  /** Takes out what the Redis counted late and nobody was given. */
  async #giveBack(asked: readonly LimitAsked[], moment: string): Promise<void> {
    for (const { key } of asked) await this.#redis.lrem(`${PREFIX}${key}`, 1, moment).catch(() => undefined)
  }

  /** Tells the Redis what was admitted without it. */
  async #pay(): Promise<void> {
    const debtors = this.#own.debtors()
    if (debtors.length === 0 || this.#redis.status !== 'ready') return
    const debts = this.#own.send(debtors)
    try {
      await this.#run('pay', debts)
      this.#own.settle(debts)
    } catch (error) {
      this.#own.owe(debts)
      this.#raise(error)
    }
  }

  #raise(error: unknown): void {
    const nowMs = performance.now()
    if (nowMs - this.#toldAtMs < ALARM_EACH_MS) return
    this.#toldAtMs = nowMs
    this.#onAway(error instanceof Error ? error : new Error(String(error)))
  }
}

/**
 * The sliding logs in a Redis, exact while it answers. While it is away, or takes longer than 250 ms, each process admits
 * its share by itself and an alarm is raised: never an error, never everything. What was admitted so is told to the Redis as
 * soon as it answers, each once, and a late answer changes nothing of what was said. So in no window are there more than
 * was promised and, in the window in which processes lose the Redis, the share of each beside it.
 */
export async function makeRedisLimitStore(options: RedisLimitOptions): Promise<LimitStore> {
  return new RedisLimitStore(await connect(options.url), options)
}
