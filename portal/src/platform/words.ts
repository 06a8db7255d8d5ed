import { i18n } from '@lingui/core'
import { compileMessage } from '@lingui/message-utils/compileMessage'

import { acting } from '../words/acting.ts'
import { common } from '../words/common.ts'
import { consents } from '../words/consents.ts'
import { oversight } from '../words/oversight.ts'
import { onboarding } from '../words/onboarding.ts'
import { org } from '../words/org.ts'
import { partner } from '../words/partner.ts'
import { platform } from '../words/platform.ts'
import { status } from '../words/status.ts'

const english = {
  ...common,
  ...status,
  ...partner,
  ...acting,
  ...org,
  ...platform,
  ...consents,
  ...oversight,
  ...onboarding,
}

export type WordId = keyof typeof english
type Values = Record<string, string | number>

i18n.setMessagesCompiler(compileMessage)
i18n.load('en', english)
i18n.activate('en')

/** The sentence with this id in the reader's language, with its placeholders filled (ICU MessageFormat). */
export function t(id: WordId, values?: Values): string {
  return i18n._(id, values)
}

/** True when the catalogue has a sentence with this id; for ids that are made from a value of the server. */
export function hasWords(id: string): id is WordId {
  return Object.hasOwn(english, id)
}

/** The catalogue's sentence for a server value such as a status; the value itself when there is none. */
export function tValue(prefix: string, value: string): string {
  const id = `${prefix}.${value}`
  if (hasWords(id)) return t(id)
  const words = value.replaceAll('_', ' ')
  return words.charAt(0).toLocaleUpperCase() + words.slice(1)
}

/** Names joined as one reads them: "Acme, Beta and Corvid". */
export function joinNames(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { style: 'long', type: 'conjunction' }).format(names)
}
