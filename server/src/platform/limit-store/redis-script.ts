import { z } from 'zod'
import type { LimitAsked } from './limit-store.ts'

/** Microseconds in a millisecond. */
const MICRO = 1000

// Time is the store's own; moments in a log never fall, whatever its clock does. First what processes admitted by
// themselves is put in, then all is taken or none, in one step. What is told of a log is how old its entries are.
export const SCRIPT = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
for i, key in ipairs(KEYS) do
  local last = tonumber(redis.call('LINDEX', key, 0) or 0)
  if last > now then now = last end
end
for i, key in ipairs(KEYS) do
  local allowed, window, owed = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), ARGV[3 * i + 1]
  if owed ~= '' then
    local log = redis.call('LRANGE', key, 0, -1)
    for age in string.gmatch(owed, '%d+') do log[#log + 1] = string.format('%.0f', now - tonumber(age)) end
    table.sort(log, function(a, b) return tonumber(a) > tonumber(b) end)
    redis.call('DEL', key)
    for place = 1, math.min(#log, allowed) do redis.call('RPUSH', key, log[place]) end
    redis.call('PEXPIRE', key, math.ceil(window / 1000))
  end
end
local moment = string.format('%.0f', now)
if ARGV[1] == 'pay' then return {0, {}, {}, {}, moment} end
local waits, full = {}, false
for i, key in ipairs(KEYS) do
  local allowed, window = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local old = redis.call('LINDEX', key, allowed - 1)
  local wait = 0
  if old and tonumber(old) > now - window then
    wait = tonumber(old) + window - now
    full = true
  end
  waits[i] = string.format('%.0f', wait)
end
local remaining, ages = {}, {}
for i, key in ipairs(KEYS) do
  local allowed, window = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  if not full then
    redis.call('LPUSH', key, moment)
    redis.call('LTRIM', key, 0, allowed - 1)
    redis.call('PEXPIRE', key, math.ceil(window / 1000))
  end
  local young = {}
  for _, hit in ipairs(redis.call('LRANGE', key, 0, -1)) do
    if tonumber(hit) > now - window then young[#young + 1] = string.format('%.0f', now - tonumber(hit)) end
  end
  remaining[i] = allowed - #young
  ages[i] = young
end
if full then return {0, waits, {}, ages, moment} end
return {1, {}, remaining, ages, moment}`

const Numbers = z.array(z.coerce.number())
const Reply = z.tuple([z.coerce.number(), Numbers, Numbers, z.array(Numbers), z.string()])

/** What the script answers. */
export interface ScriptReply {
  readonly admitted: boolean
  readonly waitsMs: readonly number[]
  readonly remaining: readonly number[]
  /** How old the entries of each log are that lie within its window. */
  readonly agesMs: readonly (readonly number[])[]
  /** The entry that an admission made, as it stands in each log. */
  readonly moment: string
}

/** Reads an answer of the script. Throws on anything else. */
export function readReply(reply: unknown): ScriptReply {
  const [admitted, waits, remaining, ages, moment] = Reply.parse(reply)
  return {
    admitted: admitted === 1,
    waitsMs: waits.map((wait) => wait / MICRO),
    remaining,
    agesMs: ages.map((log) => log.map((age) => age / MICRO)),
    moment,
  }
}

/** One log for the script: what it admits, and how old the admissions are that it lacks. */
export interface ScriptLog {
  readonly asked: LimitAsked
  readonly owedAgesMs: readonly number[]
}

/** The arguments of the script. */
export function toArguments(mode: 'take' | 'pay', logs: readonly ScriptLog[]): (string | number)[] {
  const bounds = logs.flatMap(({ asked: { allowed, windowMs }, owedAgesMs }) => [
    allowed,
    windowMs * MICRO,
    owedAgesMs.map((age) => Math.floor(age * MICRO)).join(','),
  ])
  return [mode, ...bounds]
}
