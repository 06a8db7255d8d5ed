import { Checkbox, TextInput } from '@mantine/core'
import { ACTION_NAMES, scopeOfAction } from '@liaison/access'
import type { Action, Scope } from '@liaison/access'
import type { ApiClient } from '@liaison/client'

import { t } from '../../platform/words.ts'
import { sentenceOfAction } from '../shared/access-words.ts'
import { mayOrder } from '../shared/ordered.ts'

/** What a client says of its actions, by action; what nothing is said of is missing. */
export type NeedsDraft = Partial<Record<Action, { isNeeded: boolean; why: string }>>

const nothing = { isNeeded: false, why: '' }

/** What a client says of its actions, as the form holds it. */
export function toNeedsDraft(needs: ApiClient['needs']): NeedsDraft {
  return Object.fromEntries(
    needs.map(({ action, is_needed: isNeeded, why }) => [action, { isNeeded, why: why ?? '' }]),
  )
}

/** What is said of the actions of these scopes, as the API takes it. */
export function toNeeds(draft: NeedsDraft, scopes: readonly Scope[]): ApiClient['needs'] {
  return ACTION_NAMES.flatMap((action) => {
    const { isNeeded, why } = draft[action] ?? nothing
    if (!scopes.includes(scopeOfAction(action)) || (!isNeeded && why.trim() === '')) return []
    return [{ action, is_needed: isNeeded, why: why.trim() === '' ? null : why.trim() }]
  })
}

type NeedFieldsProps = {
  scopes: readonly Scope[]
  draft: NeedsDraft
  onDraft: (draft: NeedsDraft) => void
}

/** For each action of the chosen scopes, whether the client works without it, and what it needs it for. */
export function NeedFields({ scopes, draft, onDraft }: NeedFieldsProps) {
  const actions = ACTION_NAMES.filter((action) => scopes.includes(scopeOfAction(action)))
  if (actions.length === 0) return null
  return (
    <details open={Object.keys(draft).length > 0}>
      <summary>{t('needs.title')}</summary>
      <div className="stack">
        <p className="muted small">{t('needs.lead')}</p>
        {actions.map((action) => {
          const said = draft[action] ?? nothing
          const set = (next: Partial<typeof nothing>) => onDraft({ ...draft, [action]: { ...said, ...next } })
          const what = sentenceOfAction(action)
          return (
            <div key={action} className="stack tight">
              <TextInput
                label={t('needs.why', { what })}
                value={said.why}
                maxLength={200}
                onChange={(event) => set({ why: event.currentTarget.value })}
              />
              {mayOrder([action]) ? (
                <p className="muted small">{t('needs.costs')}</p>
              ) : (
                <Checkbox
                  label={t('needs.needed')}
                  aria-label={t('needs.needed_label', { what })}
                  checked={said.isNeeded}
                  onChange={(event) => set({ isNeeded: event.currentTarget.checked })}
                />
              )}
            </div>
          )
        })}
      </div>
    </details>
  )
}
