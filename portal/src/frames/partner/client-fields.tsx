import { Checkbox, Textarea, TextInput } from '@mantine/core'
import { findPermission, SCOPE_NAMES, SCOPES } from '@liaison/access'
import type { Scope } from '@liaison/access'
import type { ApiClient } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { linesOf } from '../shared/lines.ts'
import { NeedFields, toNeeds, toNeedsDraft } from './client-needs.tsx'
import type { NeedsDraft } from './client-needs.tsx'
import { ReturnTries } from './return-tries.tsx'
import type { RedirectFaults } from './return-tries.tsx'

/** What makes an API client, as the form holds it: lists as lines of text. */
export type ClientDraft = {
  name: string
  description: string
  redirects: string
  scopes: Scope[]
  needs: NeedsDraft
  ranges: string
}

export const blankClient: ClientDraft = {
  name: '',
  description: '',
  redirects: '',
  // To read alone: what spends a customer's money is chosen by somebody who wants it.
  scopes: ['orders.read', 'services.read'],
  needs: {},
  ranges: '',
}

/** The settings of a client as the form holds them. */
export function toDraft(client: ApiClient): ClientDraft {
  return {
    name: client.name,
    description: client.description ?? '',
    redirects: client.redirect_uris.join('\n'),
    scopes: SCOPE_NAMES.filter((scope) => client.scopes.includes(scope)),
    needs: toNeedsDraft(client.needs),
    ranges: client.ip_allow.join('\n'),
  }
}

/** The settings as the API takes them. */
export function toSettings(draft: ClientDraft) {
  const description = draft.description.trim()
  return {
    name: draft.name.trim(),
    description: description === '' ? null : description,
    redirect_uris: linesOf(draft.redirects),
    scopes: draft.scopes,
    needs: toNeeds(draft.needs, draft.scopes),
    ip_allow: linesOf(draft.ranges),
  }
}

export function checkDraft(draft: ClientDraft): FormError[] {
  const errors: FormError[] = []
  if (draft.name.trim() === '') errors.push({ field: 'name', text: t('newapp.name_missing') })
  if (draft.scopes.length === 0) errors.push({ field: 'scopes', text: t('newapp.scopes_missing') })
  return errors
}

/** What a scope lets a client do, in the sentences that customers read. */
export function sentenceOf(scope: string): string {
  const known = SCOPE_NAMES.find((name) => name === scope)
  if (known === undefined) return scope
  return SCOPES[known].map((name) => findPermission(name)?.sentence ?? name).join('. ')
}

type FieldsProps = {
  draft: ClientDraft
  errors: readonly FormError[]
  onDraft: (draft: ClientDraft) => void
}

function ScopeFields({ draft, errors, onDraft }: FieldsProps) {
  const error = errorOf(errors, 'scopes')
  return (
    <fieldset id="scopes" className="stack tight" tabIndex={-1}>
      <legend>{t('newapp.scopes')}</legend>
      {error !== undefined && <p className="small late">{error}</p>}
      {SCOPE_NAMES.map((scope) => (
        <Checkbox
          key={scope}
          label={sentenceOf(scope)}
          description={scope}
          checked={draft.scopes.includes(scope)}
          onChange={(event) => {
            const others = draft.scopes.filter((name) => name !== scope)
            onDraft({ ...draft, scopes: event.currentTarget.checked ? [...others, scope] : others })
          }}
        />
      ))}
    </fieldset>
  )
}

/** The fields of an API client apart from its keys. */
export function ClientFields({ draft, errors, onDraft, faults }: FieldsProps & { faults: RedirectFaults }) {
  return (
    <>
      <TextInput
        id="name"
        label={t('newapp.name')}
        description={t('newapp.name_about')}
        value={draft.name}
        maxLength={100}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        id="description"
        label={t('newapp.description')}
        value={draft.description}
        maxLength={500}
        onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
      />
      <Textarea
        id="redirect_uris"
        label={t('newapp.redirects')}
        description={t('newapp.redirects_about')}
        rows={3}
        spellCheck={false}
        value={draft.redirects}
        onChange={(event) => onDraft({ ...draft, redirects: event.currentTarget.value })}
      />
      <ReturnTries redirects={draft.redirects} faults={faults} />
      <ScopeFields draft={draft} errors={errors} onDraft={onDraft} />
      <NeedFields
        scopes={draft.scopes}
        draft={draft.needs}
        onDraft={(needs) => onDraft({ ...draft, needs })}
      />
      <Textarea
        id="ip_allow"
        label={t('newapp.ranges')}
        description={t('newapp.ranges_about')}
        rows={2}
        spellCheck={false}
        value={draft.ranges}
        onChange={(event) => onDraft({ ...draft, ranges: event.currentTarget.value })}
      />
    </>
  )
}
