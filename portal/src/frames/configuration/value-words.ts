import { findPermission, isPermission } from '@liaison/access'
import type { ConfigurationKey } from '@liaison/client'

import { hasWords, t } from '../../platform/words.ts'
import type { Value } from './draft.ts'

/** A length of time in its largest whole unit. */
export function tellSeconds(seconds: number): string {
  if (seconds >= 86_400 && seconds % 86_400 === 0)
    return t('config.duration_days', { count: seconds / 86_400 })
  if (seconds >= 3600 && seconds % 3600 === 0) return t('config.duration_hours', { count: seconds / 3600 })
  return t('config.duration_minutes', { count: Math.round(seconds / 60) })
}

function tellText(key: ConfigurationKey, value: string): string {
  const known = `config.choice.${value}`
  if (key.unit === 'image') return t('config.an_image')
  return key.unit === 'choice' && hasWords(known) ? t(known) : value
}

/** What a permission lets somebody do. */
export const sentenceOf = (name: string): string =>
  (isPermission(name) ? findPermission(name)?.sentence : undefined) ?? name

/** A value as a person reads it. */
export function tellValue(key: ConfigurationKey, value: Value | undefined): string {
  if (value === undefined || value === null) {
    const isNumber = ['seconds', 'count', 'days'].includes(key.unit)
    return t(isNumber ? 'config.no_limit' : 'config.nothing')
  }
  if (typeof value === 'boolean') return t(value ? 'config.yes' : 'config.no')
  if (typeof value === 'number') {
    if (key.unit === 'seconds') return tellSeconds(value)
    return key.unit === 'days' ? t('config.duration_days', { count: value }) : String(value)
  }
  if (typeof value === 'string') return tellText(key, value)
  return value.length === 0 ? t('config.nothing') : value.map(sentenceOf).join(' · ')
}
