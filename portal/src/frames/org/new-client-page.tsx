import { OWN_SCOPE_NAMES, SCOPE_NAMES } from '@liaison/access'
import type { OwnScope, Scope } from '@liaison/access'
import { Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { KeyField, noKeys, takeKeys } from '../partner/key-field.tsx'
import type { GivenKeys } from '../partner/key-field.tsx'
import type { PublicJwk } from '../partner/key-pair.ts'
import { sentencesOfScopes } from '../shared/access-words.ts'
import { linesOf } from '../shared/lines.ts'
import { Ticks } from '../shared/ticks.tsx'

type Draft = {
  name: string
  description: string
  scopes: (Scope | OwnScope)[]
  ranges: string
  given: GivenKeys
}
type Wanted = { draft: Draft; keys: PublicJwk[] }

const everyScope = [...SCOPE_NAMES, ...OWN_SCOPE_NAMES]

const blank: Draft = { name: '', description: '', scopes: [], ranges: '', given: noKeys }

function checkDraft(draft: Draft): FormError[] {
  return [
    ...(draft.name.trim() === '' ? [{ field: 'name', text: t('ownapp.name_missing') }] : []),
    ...(draft.scopes.length === 0 ? [{ field: 'scopes', text: t('ownapp.scopes_missing') }] : []),
  ]
}

function useCreate(draft: Draft) {
  const { tenantId } = useFrame()
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    ({ draft: wanted, keys }: Wanted, frame) =>
      readBody(
        frame.client.POST('/tenant/clients', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            name: wanted.name.trim(),
            description: wanted.description.trim() === '' ? null : wanted.description.trim(),
            redirect_uris: [],
            scopes: wanted.scopes,
            ip_allow: linesOf(wanted.ranges),
            jwks: { keys },
          },
        }),
      ),
    (made) => {
      showToast(t('ownapp.done', { app: made.name }))
      go(orgPlaces.clients(tenantId))
    },
  )
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="name"
        label={t('ownapp.name')}
        value={draft.name}
        maxLength={100}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        id="description"
        label={t('ownapp.description')}
        value={draft.description}
        maxLength={500}
        onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
      />
      <Ticks
        id="scopes"
        legend={t('consent.narrow_actions')}
        entries={everyScope.map((name) => ({ value: name, label: sentencesOfScopes([name]).join('. ') }))}
        ticked={draft.scopes}
        onTicked={(scopes) => onDraft({ ...draft, scopes })}
      />
      <Textarea
        id="ip_allow"
        label={t('ownapp.ranges')}
        description={t('rules.ip_list_about')}
        rows={2}
        value={draft.ranges}
        onChange={(event) => onDraft({ ...draft, ranges: event.currentTarget.value })}
      />
    </>
  )
}

/** Registers an app of the organisation by its public key; the private half never leaves the browser. */
export function NewClientPage() {
  const { tenantId } = useFrame()
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useCreate(draft)
  const submit = async () => {
    const taken = await takeKeys(draft.given)
    const found = [...checkDraft(draft), ...('fault' in taken ? [{ field: 'keys', text: taken.fault }] : [])]
    setErrors(found)
    if (found.length === 0 && 'keys' in taken) write.mutate({ draft, keys: taken.keys })
  }
  return (
    <Page
      title={t('ownapp.new')}
      lead={t('ownapp.new_lead')}
      back={{ to: orgPlaces.clients(tenantId), label: t('ownapp.title') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('ownapp.act')}
        onSend={() => {
          void submit()
        }}
      >
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
        <KeyField
          given={draft.given}
          error={errorOf(errors, 'keys')}
          onGiven={(given) => setDraft((now) => ({ ...now, given }))}
        />
      </WriteForm>
    </Page>
  )
}
