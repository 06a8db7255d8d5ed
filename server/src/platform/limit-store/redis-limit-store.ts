import type { Redis } from 'ioredis'
import type { LimitAnswer, LimitStore } from './limit-store.ts'
import { makeMemoryLimitStore } from './memory-limit-store.ts'

const COMMAND_TIMEOUT_MS = 250
const PREFIX = 'liaison:limit:'
const ALARM_EACH_MS = 60_000

// Time is the store's own; moments in a log never fall, whatever its clock does. All or none, in one step.
const TAKE = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
for i, key in ipairs(KEYS) do
  local last = tonumber(redis.call('LINDEX', key, 0) or 0)
  if last > now then now = last end
end
local waits, full = {}, false
for i, key in ipairs(KEYS) do
  local allowed, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local old = redis.call('LINDEX', key, allowed - 1)
  local wait = 0
  if old and tonumber(old) > now - window then
    wait = tonumber(old) + window - now
    full = true
  end
  waits[i] = string.format('%.0f', wait)
end
if full then return {0, waits, {}} end
local remaining = {}
for i, key in ipairs(KEYS) do
  local allowed, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  redis.call('LPUSH', key, string.format('%.0f', now))
  redis.call('LTRIM', key, 0, allowed - 1)
  redis.call('PEXPIRE', key, math.ceil(window / 1000))
  local used = 0
  for _, hit in ipairs(redis.call('LRANGE', key, 0, -1)) do
    if tonumber(hit) > now - window then used = used + 1 end
  end
  remaining[i] = allowed - used
end
return {1, {}, remaining}`

/** How a Redis is used for limits. */
export interface RedisLimitOptions {
  readonly url: string
  /** How many processes share the limits: what each may admit alone while the Redis is away. */
  readonly instances: number
  /** Told at most once a minute while the Redis does not answer. */
  readonly onAway: (error: Error) => void
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

function toAnswer(reply: unknown): LimitAnswer {
  if (!Array.isArray(reply) || reply.length !== 3) throw new Error('The Redis answered something else.')
  const [admitted, waits, remaining]: unknown[] = reply
  return {
    admitted: Number(admitted) === 1,
    waitsMs: numbersOf(waits).map((wait) => wait / 1000),
    remaining: numbersOf(remaining),
  }
}

async function connect(url: string): Promise<Redis> {
  // Loaded only where a Redis is configured.
  const library = await import('ioredis')
  const redis = new library.Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    // Whoever cannot ask now must not wait until it can.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, 2000),
    lazyConnect: true,
  })
  redis.on('error', () => undefined)
  await redis.connect().catch(() => undefined)
  return redis
}

/**
 * The sliding logs in a Redis. While it is away, or takes longer than 250 ms, each process admits its share by itself and
 * an alarm is raised: never more than was promised if `instances` is right, never everything, never an error.
 */
export async function makeRedisLimitStore(options: RedisLimitOptions): Promise<LimitStore> {
  const redis = await connect(options.url)
  const own = makeMemoryLimitStore()
  let toldAtMs = Number.NEGATIVE_INFINITY

  function raise(error: unknown): void {
    const nowMs = performance.now()
    if (nowMs - toldAtMs < ALARM_EACH_MS) return
    toldAtMs = nowMs
    options.onAway(error instanceof Error ? error : new Error(String(error)))
  }

  return {
    async take(asked) {
      try {
        const keys = asked.map(({ key }) => `${PREFIX}${key}`)
        const bounds = asked.flatMap(({ allowed, windowMs }) => [allowed, windowMs * 1000])
        const answer = toAnswer(await redis.eval(TAKE, keys.length, ...keys, ...bounds))
        if (!answer.admitted) return answer
        // What this process admitted by itself while the Redis was away counts as well, and the other way round.
        const mine = await own.take(asked)
        return mine.admitted ? answer : mine
      } catch (error) {
        raise(error)
        return own.take(
          asked.map((one) => ({ ...one, allowed: Math.ceil(one.allowed / Math.max(1, options.instances)) })),
        )
      }
    },
    async close() {
      redis.disconnect()
      await own.close()
    },
  }
}
