import { ACTION_NAMES, ACTIONS, CLIENT_PERMISSIONS } from '@liaison/access'
import type { Action } from '@liaison/access'

/** What an app may do by one action, in the sentence of the catalogue. */
export function sentenceOfAction(action: Action): string {
  return CLIENT_PERMISSIONS.find(({ name }) => name === ACTIONS[action])?.sentence ?? action
}

/** What the actions allow, and what they leave out. */
export function sentencesOfActions(actions: readonly string[]): { can: string[]; cannot: string[] } {
  const allowed = ACTION_NAMES.filter((name) => actions.includes(name))
  const others = ACTION_NAMES.filter((name) => !actions.includes(name))
  return { can: allowed.map(sentenceOfAction), cannot: others.map(sentenceOfAction) }
}

const dayMs = 86_400_000

/** Whole days until an end; negative once it is over. */
export function daysUntil(iso: string, now: Date): number {
  return Math.floor((new Date(iso).getTime() - now.getTime()) / dayMs)
}
