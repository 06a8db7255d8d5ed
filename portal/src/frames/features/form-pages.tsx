import './features-words.ts'
import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Feature } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { blankDraft, draftOf, toTerms } from './draft.ts'
import type { Draft } from './draft.ts'
import { useFeature } from './feature-page.tsx'
import { FeatureFields } from './feature-fields.tsx'

function findMissing(draft: Draft, isNew: boolean): FormError[] {
  const wanted = [
    ...(isNew ? [['key', t('feature_form.key'), draft.key] as const] : []),
    ['name', t('feature_form.name'), draft.name] as const,
    ['description', t('feature_form.description'), draft.description] as const,
    ['owner_name', t('feature_form.owner'), draft.owner] as const,
    ['reason', t('feature_form.reason'), draft.reason] as const,
  ]
  return wanted
    .filter(([, , value]) => value.trim() === '')
    .map(([field, label]) => ({ field, text: t('field.missing', { field: label }) }))
}

function useAdding(draft: Draft) {
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (wanted: Draft, { client }) =>
      readBody(
        client.POST('/admin/features', {
          headers: { 'Idempotency-Key': attempt },
          body: { key: wanted.key.trim(), ...toTerms(wanted), clean_up_by: null },
        }),
      ),
    (made) => {
      showToast(t('feature_form.saved', { feature: made.name }))
      go(platformPlaces.feature(made.key))
    },
  )
}

/** Adds a feature. */
export function NewFeaturePage() {
  const [draft, setDraft] = useState(blankDraft)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAdding(draft)
  return (
    <Page
      title={t('feature_form.new')}
      lead={t('feature_form.new_lead')}
      back={{ to: platformPlaces.features(), label: t('features.title') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('features.new')}
        onSend={() => {
          const found = findMissing(draft, true)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <TextInput
          id="key"
          label={t('feature_form.key')}
          description={t('feature_form.key_about')}
          value={draft.key}
          maxLength={40}
          error={errorOf(errors, 'key')}
          onChange={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
        />
        <FeatureFields draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}

type ChangeProps = { feature: Feature; etag: string | null }

function ChangeForm({ feature, etag }: ChangeProps) {
  const go = useGo()
  const [first] = useState(() => draftOf(feature))
  const [draft, setDraft] = useState(first)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: Draft, { client }) => {
      const { share_bp: share, ...terms } = toTerms(wanted)
      return readBody(
        client.PATCH('/admin/features/{key}', {
          params: { path: { key: feature.key } },
          headers: { 'If-Match': etag ?? '' },
          // A ramp goes on unless the share itself was changed.
          body: wanted.percent === first.percent ? terms : { ...terms, share_bp: share },
        }),
      )
    },
    (saved) => {
      showToast(t('feature_form.saved', { feature: saved.name }))
      go(platformPlaces.feature(saved.key))
    },
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('feature_form.save')}
      onSend={() => {
        const found = findMissing(draft, false)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <FeatureFields draft={draft} errors={errors} onDraft={setDraft} />
    </WriteForm>
  )
}

/** Changes how a feature is described and decided. */
export function ChangeFeaturePage() {
  const feature = useFeature()
  const found = feature.data?.body
  return (
    <Page
      title={found ? t('feature_form.change', { feature: found.name }) : t('features.name')}
      back={
        found
          ? { to: platformPlaces.feature(found.key), label: found.name }
          : { to: platformPlaces.features(), label: t('features.title') }
      }
    >
      <Answer query={feature} lines={10}>
        {(found) => (
          <KeptForm value={found} version={found.etag}>
            {({ body, etag }) => <ChangeForm feature={body} etag={etag} />}
          </KeptForm>
        )}
      </Answer>
    </Page>
  )
}
