import './registry-words.ts'
import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces, serverPlaces } from '../../places.ts'
import { checkEntry, draftOf, EntryFields, toEntry } from './entry-form.tsx'
import type { EntryDraft } from './entry-form.tsx'

type Draft = EntryDraft & { slug: string; owner: string }

function checkDraft(draft: Draft): FormError[] {
  const found = checkEntry(draft)
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(draft.slug)) {
    found.push({ field: 'slug', text: t('newpartner.slug_wrong') })
  }
  if (draft.owner !== '' && !/^\S+@\S+\.\S+$/.test(draft.owner.trim())) {
    found.push({ field: 'owner', text: t('entry.email_wrong') })
  }
  return found
}

function toBody({ slug, owner, ...entry }: Draft) {
  return { ...toEntry(entry), slug, ...(owner.trim() === '' ? {} : { owner_email: owner.trim() }) }
}

function useCreate(draft: Draft) {
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (wanted: Draft, frame) =>
      readBody(
        frame.client.POST('/admin/partners', {
          headers: { 'Idempotency-Key': attempt },
          body: toBody(wanted),
        }),
      ),
    (made) => {
      showToast(t('newpartner.done', { partner: made.name }))
      go(platformPlaces.partner(made.partner_id))
    },
  )
}

type OwnFieldsProps = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (change: Partial<Draft>) => void
}

/** What is asked for a new partner alone. */
function OwnFields({ draft, errors, onDraft }: OwnFieldsProps) {
  return (
    <>
      <TextInput
        id="slug"
        label={t('newpartner.slug')}
        description={t('newpartner.slug_about')}
        value={draft.slug}
        maxLength={63}
        error={errorOf(errors, 'slug')}
        onChange={(event) => onDraft({ slug: event.currentTarget.value })}
      />
      <TextInput
        id="owner"
        label={t('newpartner.owner')}
        description={t('newpartner.owner_about')}
        value={draft.owner}
        maxLength={254}
        error={errorOf(errors, 'owner')}
        onChange={(event) => onDraft({ owner: event.currentTarget.value })}
      />
    </>
  )
}

/** Registers a partner that the provider knows, without an application. */
export function NewPartnerPage() {
  const go = useGo()
  const [draft, setDraft] = useState<Draft>(() => ({ ...draftOf(null), slug: '', owner: '' }))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useCreate(draft)
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  return (
    <Page
      title={t('newpartner.title')}
      lead={t('newpartner.lead', { address: window.location.origin + serverPlaces.apply })}
      back={{ to: platformPlaces.partners(), label: t('nav.partners') }}
    >
      <form
        className="stack form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const found = checkDraft(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <ErrorSummary errors={errors} />
        <WriteProblem error={write.error} />
        <EntryFields draft={draft} errors={errors} onDraft={set} />
        <OwnFields draft={draft} errors={errors} onDraft={set} />
        <div className="row">
          <Button type="submit" loading={write.isPending}>
            {t('newpartner.act')}
          </Button>
          <Button variant="default" onClick={() => go(platformPlaces.partners())}>
            {t('newpartner.keep')}
          </Button>
        </div>
      </form>
    </Page>
  )
}
