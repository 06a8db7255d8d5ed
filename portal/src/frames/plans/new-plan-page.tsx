import './plans-words.ts'
import { TextInput } from '@mantine/core'
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
import { paths, placesOf } from './calls.ts'
import type { Side } from './calls.ts'
import { blankTerms, blankWords, checkTerms, checkWords, toTermsBody, toWordsBody } from './plan-draft.ts'
import type { TermsDraft, Words } from './plan-draft.ts'
import { TermsFields, WordsFields } from './plan-fields.tsx'

type Draft = { code: string; words: Words; terms: TermsDraft }

function checkDraft({ code, words, terms }: Draft): FormError[] {
  const found = [...checkWords(words), ...checkTerms(terms)]
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(code))
    found.unshift({ field: 'code', text: t('plan_form.code_wrong') })
  return found
}

function useCreate(side: Side, draft: Draft) {
  const go = useGo()
  const { partnerId } = useFrame()
  const attempt = useAttemptKey(draft)
  return useWrite(
    ({ code, words, terms }: Draft, { client }) =>
      readBody(
        client.POST(paths[side].list, {
          headers: { 'Idempotency-Key': attempt },
          body: { code, ...toWordsBody(words), terms: toTermsBody(terms) },
        }),
      ),
    (made) => {
      showToast(t('plan_form.done', { plan: made.name }))
      go(placesOf(side, partnerId).one(made.plan_id))
    },
  )
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="code"
        label={t('plan_form.code')}
        description={t('plan_form.code_about')}
        value={draft.code}
        maxLength={63}
        error={errorOf(errors, 'code')}
        onChange={(event) => onDraft({ ...draft, code: event.currentTarget.value })}
      />
      <WordsFields
        draft={draft.words}
        errors={errors}
        onDraft={(change) => onDraft({ ...draft, words: { ...draft.words, ...change } })}
      />
      <TermsFields
        draft={draft.terms}
        errors={errors}
        onDraft={(change) => onDraft({ ...draft, terms: { ...draft.terms, ...change } })}
      />
    </>
  )
}

function NewPlanPage({ side }: { side: Side }) {
  const { partnerId } = useFrame()
  const [draft, setDraft] = useState<Draft>({ code: '', words: blankWords, terms: blankTerms })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useCreate(side, draft)
  const send = () => {
    const found = checkDraft(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  return (
    <Page
      title={t('plan_form.title')}
      lead={t('plan_form.lead')}
      back={{ to: placesOf(side, partnerId).list, label: t('plans.title') }}
    >
      <WriteForm write={write} errors={errors} act={t('plan_form.save')} onSend={send}>
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}

/** Drafts a plan of the partner. */
export function NewOwnPlanPage() {
  return <NewPlanPage side="partner" />
}

/** Drafts a plan of the catalogue. */
export function NewCataloguePlanPage() {
  return <NewPlanPage side="platform" />
}
