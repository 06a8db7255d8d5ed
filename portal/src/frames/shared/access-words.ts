import {
  ACTION_NAMES,
  ACTIONS,
  CLIENT_PERMISSIONS,
  OWN_SCOPE_NAMES,
  OWN_SCOPES,
  scopeOfAction,
} from '@liaison/access'
import type { Action } from '@liaison/access'

import { t } from '../../platform/words.ts'

const sentenceOfPermission = (permission: string): string =>
  CLIENT_PERMISSIONS.find(({ name }) => name === permission)?.sentence ?? permission

/** What an app may do by one action, in the sentence of the catalogue. */
export function sentenceOfAction(action: Action): string {
  return sentenceOfPermission(ACTIONS[action])
}

/** What the actions allow, and what they leave out. */
export function sentencesOfActions(actions: readonly string[]): { can: string[]; cannot: string[] } {
  const allowed = ACTION_NAMES.filter((name) => actions.includes(name))
  const others = ACTION_NAMES.filter((name) => !actions.includes(name))
  return { can: allowed.map(sentenceOfAction), cannot: others.map(sentenceOfAction) }
}

/** What an app that is registered for these scopes may do at most. */
export function sentencesOfScopes(scopes: readonly string[]): string[] {
  const ofItsOwn = OWN_SCOPE_NAMES.filter((name) => scopes.includes(name)).flatMap((name) => OWN_SCOPES[name])
  return [
    ...ACTION_NAMES.filter((name) => scopes.includes(scopeOfAction(name))).map(sentenceOfAction),
    ...ofItsOwn.map(sentenceOfPermission),
  ]
}

/** What no access of an app or a wholesaler ever includes; said on every page beside what it leaves out. */
export function neverAllowed(): string[] {
  return [t('never.people'), t('never.accounts'), t('never.pass_on'), t('never.payer')]
}

const dayMs = 86_400_000

/** Whole days until an end; negative once it is over. */
export function daysUntil(iso: string, now: Date): number {
  return Math.floor((new Date(iso).getTime() - now.getTime()) / dayMs)
}
