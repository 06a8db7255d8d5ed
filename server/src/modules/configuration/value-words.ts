import { PERMISSIONS } from '@liaison/access'
import type { ConfigurationKey } from './keys.ts'

const UNITS = [
  { seconds: 86_400, one: 'day', many: 'days' },
  { seconds: 3600, one: 'hour', many: 'hours' },
  { seconds: 60, one: 'minute', many: 'minutes' },
  { seconds: 1, one: 'second', many: 'seconds' },
] as const

function tellSeconds(value: number): string {
  const unit = UNITS.find(({ seconds }) => value >= seconds && value % seconds === 0) ?? UNITS[3]
  const count = value / unit.seconds
  return `${count} ${count === 1 ? unit.one : unit.many}`
}

function tellText(value: string): string {
  return value.replaceAll('_', ' ')
}

const sentenceOf = (name: string): string =>
  PERMISSIONS.find((entry) => entry.name === name)?.sentence ?? name

function tellNumber({ unit }: ConfigurationKey, value: number): string {
  if (unit === 'seconds') return tellSeconds(value)
  return unit === 'days' ? tellSeconds(value * 86_400) : String(value)
}

function tellWord({ unit }: ConfigurationKey, value: string): string {
  if (unit === 'image') return 'an image'
  return unit === 'choice' ? tellText(value) : value
}

/** A value as a person reads it in a sentence. */
export function tellValue(key: ConfigurationKey, value: unknown): string {
  if (value === undefined || value === null) return key.rule === 'at_most' ? 'no limit' : 'nothing'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return tellNumber(key, value)
  if (Array.isArray(value))
    return value.length === 0 ? 'nothing' : value.map((name) => sentenceOf(String(name))).join('; ')
  return typeof value === 'string' ? tellWord(key, value) : 'something else'
}
