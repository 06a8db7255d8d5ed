import './plans-words.ts'
import { Button, NativeSelect } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PlanDetail } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { showToast } from '../../platform/live.ts'
import { formatCount } from '../../platform/format.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { paths } from './calls.ts'
import type { Side } from './calls.ts'
import { checkTerms, checkWords, termsOf, toTermsBody, toWordsBody, wordsOf } from './plan-draft.ts'
import { TermsFields, WordsFields } from './plan-fields.tsx'

export type KeptPlan = { plan: PlanDetail; etag: string | null; side: Side }

/** Puts a draft on offer. */
export function OfferButton({ plan, etag, side }: KeptPlan) {
  const names = { plan: plan.name }
  return (
    <MoveButton
      words={{
        act: t('plan.offer'),
        title: t('plan.offer_title', names),
        effect: t('plan.offer_effect'),
        keep: t('plan.offer_keep'),
        done: t('plan.offer_done', names),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST(paths[side].offer, {
            params: { path: { plan_id: plan.plan_id } },
            headers: { 'If-Match': etag ?? '' },
          }),
        )
      }
    />
  )
}

/** Changes what is said of a plan and for whom it is. */
export function ChangeWords({ plan, etag, side }: KeptPlan) {
  const [draft, setDraft] = useState(() => wordsOf(plan))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (words: typeof draft, { client }) =>
      readBody(
        client.PUT(paths[side].one, {
          params: { path: { plan_id: plan.plan_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toWordsBody(words),
        }),
      ),
    () => showToast(t('plan.change_done')),
  )
  const send = () => {
    const found = checkWords(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  return (
    <Panel title={t('plan.change')}>
      <WriteForm
        write={write}
        errors={errors}
        act={t('plan.change_save')}
        look="second"
        className="stack tight form"
        onSend={send}
      >
        <WordsFields draft={draft} errors={errors} onDraft={(change) => setDraft({ ...draft, ...change })} />
      </WriteForm>
    </Panel>
  )
}

/** Puts new terms on sale. */
export function ChangeTerms({ plan, etag, side }: KeptPlan) {
  const [draft, setDraft] = useState(() => termsOf(plan))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (terms: typeof draft, { client }) =>
      readBody(
        client.PUT(paths[side].terms, {
          params: { path: { plan_id: plan.plan_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toTermsBody(terms, plan.terms.limits),
        }),
      ),
    () => showToast(t('plan.terms_done')),
  )
  const send = () => {
    const found = checkTerms(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  return (
    <Panel title={t('plan.terms_change')}>
      <form
        className="stack tight form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <p className="muted">{t(plan.terms.is_fixed ? 'plan.terms_fixed' : 'plan.terms_free')}</p>
        <ErrorSummary errors={errors} />
        <WriteProblem error={write.error} />
        <TermsFields draft={draft} errors={errors} onDraft={(change) => setDraft({ ...draft, ...change })} />
        <div>
          <Button type="submit" variant="default" loading={write.isPending}>
            {t('plan.terms_save')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

const choices = ['keep', 'end_at_period_end', 'end_now'] as const

/** Takes a plan from sale for good, and says what becomes of those who have it. */
export function Discontinue({ plan, side }: KeptPlan) {
  const [running, setRunning] = useState<(typeof choices)[number]>('keep')
  const names = { plan: plan.name }
  return (
    <Panel title={t('plan.discontinue_title', names)}>
      <div className="stack tight form">
        <p className="muted">{t('plan.discontinue_text', { count: formatCount(plan.users_count) })}</p>
        <NativeSelect
          label={t('plan.discontinue_choice')}
          data={choices.map((value) => ({ value, label: tValue('plan.running', value) }))}
          value={running}
          onChange={(event) => setRunning(choices.find((one) => one === event.currentTarget.value) ?? 'keep')}
        />
        <div>
          <MoveButton
            words={{
              act: t('plan.discontinue'),
              title: t('plan.discontinue_ask', names),
              effect: t(`plan.discontinue_${running}`),
              keep: t('plan.discontinue_no'),
              done: t('plan.discontinue_done', names),
            }}
            isDanger
            move={(_reason, { client }) =>
              readBody(
                client.POST(paths[side].discontinue, {
                  params: { path: { plan_id: plan.plan_id } },
                  body: { running },
                }),
              )
            }
          />
        </div>
      </div>
    </Panel>
  )
}
