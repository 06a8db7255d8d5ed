import type { z } from 'zod'
import { keepForm, readKeptForm } from '#platform/kept-form.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import {
  accountsOf,
  findForeignAccounts,
  findTooMany,
  limitsOf,
  lookingFor,
  readChoice,
  ReviewForm,
} from './choice.ts'
import type { Ticked } from './page-parts.ts'
import { shownTokenOf } from './scene.ts'
import type { OpenScene } from './scene.ts'
import type { Choice } from './tables.ts'

export type SentForm = z.output<typeof ReviewForm>

/** What a person sent from the choosing page, held against the request as it is now. */
interface Sent {
  readonly choice: Choice
  readonly ticked: Ticked
  /** What stands against going on. */
  readonly faults: readonly FieldError[]
  /** What the choosing page tells of it: nothing of what is missing to somebody who is still looking for accounts. */
  readonly errors: readonly FieldError[]
  /** Whether it leads to the page that asks once more. */
  readonly goesOn: boolean
}

/** Reads a form that was sent. Throws VALIDATION_ERROR for what no form offered. */
export function readSent(form: SentForm, scene: OpenScene): Sent {
  const { choice, errors } = readChoice(form, scene)
  const find = lookingFor(form)
  const stale = form.shown === shownTokenOf(scene) ? [] : [{ field: null, message: scene.words.review.stale }]
  const faults = [...stale, ...errors]
  return {
    choice,
    faults,
    errors: find === null ? faults : [...stale, ...findTooMany(scene, choice)],
    goesOn: find === null && faults.length === 0,
    ticked: {
      accounts: new Set(choice.accounts),
      actions: new Set<string>(choice.actions),
      lastDay: form.ends_on,
      limits: limitsOf(form, scene),
      stopWithin: form.stop_within,
      networks: form.networks,
      find: find ?? form.find.trim(),
    },
  }
}

const addressOf = ({ request }: OpenScene) => `consent_request ${request.id}`

/** Keeps a form for the pages that show it. */
export async function keepSent(scene: OpenScene, form: SentForm): Promise<void> {
  await keepForm(scene.mandate, addressOf(scene), form)
}

/** What the person sent last for this request; null where it does not fit what can be chosen now. */
export async function readSentBefore(scene: OpenScene): Promise<Sent | null> {
  const form = await readKeptForm(scene.mandate, addressOf(scene), ReviewForm)
  if (form === null || findForeignAccounts(accountsOf(form, scene), scene).length > 0) return null
  try {
    return readSent(form, scene)
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}

/** How the choosing page shows what was sent. */
export function shownAgain({ ticked, errors }: Sent) {
  return { ticked, errors, isChanging: errors.length === 0 }
}
