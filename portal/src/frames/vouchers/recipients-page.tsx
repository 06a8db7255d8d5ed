import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { KeptOfRecipient } from '@liaison/client'
import { useEffect, useRef, useState } from 'react'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'
import { KeptVouchers } from './kept-vouchers.tsx'

type Person = { first: string; last: string; born: string }
const nobody: Person = { first: '', last: '', born: '' }
const fields = ['first', 'last', 'born'] as const

const nameOf = ({ first, last }: Person): string => `${first} ${last}`

function toBody({ first, last, born }: Person) {
  return { first_name: first, last_name: last, date_of_birth: born }
}

function checkPerson(person: Person): FormError[] {
  return fields
    .filter((field) => person[field] === '')
    .map((field) => ({ field, text: t(`recip.${field}_missing`) }))
}

type WhoProps = { isBusy: boolean; onFind: (person: Person) => void; error: Error | null }

function WhoForm({ isBusy, onFind, error }: WhoProps) {
  const [draft, setDraft] = useState(nobody)
  const [errors, setErrors] = useState<FormError[]>([])
  const field = (name: keyof Person) => ({
    id: name,
    label: t(`vnew.${name}`),
    value: draft[name],
    autoComplete: 'off',
    error: errorOf(errors, name),
    onChange: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [name]: event.currentTarget.value }),
  })
  return (
    <form
      className="stack form no-print"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const person = { first: draft.first.trim(), last: draft.last.trim(), born: draft.born }
        const found = checkPerson(person)
        setErrors(found)
        if (found.length === 0) onFind(person)
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={error} />
      <p className="muted">{t('recip.who_about')}</p>
      <div className="halves">
        <TextInput {...field('first')} maxLength={80} />
        <TextInput {...field('last')} maxLength={80} />
      </div>
      <TextInput {...field('born')} type="date" />
      <div>
        <Button type="submit" loading={isBusy}>
          {t('recip.find')}
        </Button>
      </div>
    </form>
  )
}

type EraseProps = { person: Person; count: number; onKeep: () => void; onErased: (erased: number) => void }

function EraseForm({ person, count, onKeep, onErased }: EraseProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const erase = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/tenant/voucher-recipients/erase', { body: { ...toBody(person), reason } }),
      ),
    ({ erased }) => onErased(erased),
  )
  return (
    <section className="panel no-print">
      <h2 ref={heading} tabIndex={-1}>
        {t('recip.erase_title', { name: nameOf(person) })}
      </h2>
      <ConfirmPage
        effects={[
          t('recip.effect_names', { count }),
          t('recip.effect_codes'),
          t('recip.effect_again'),
          t('recip.effect_final'),
        ]}
        typed={nameOf(person)}
        typedLabel={t('recip.erase_type')}
        act={t('recip.erase_act')}
        keep={t('recip.erase_keep')}
        reason="required"
        isBusy={erase.isPending}
        error={erase.error}
        onKeep={onKeep}
        onAct={(reason) => erase.mutate(reason)}
      />
    </section>
  )
}

type FoundProps = { person: Person; kept: KeptOfRecipient; onErased: (erased: number) => void }

function Found({ person, kept, onErased }: FoundProps) {
  const [isErasing, setErasing] = useState(false)
  const count = kept.items.length
  if (count === 0) {
    return (
      <div role="status">
        <Note>
          <p className="strong">{t('recip.none')}</p>
          <p>{t('recip.none_text')}</p>
        </Note>
      </div>
    )
  }
  return (
    <>
      <p role="status">{t('recip.found', { count, name: nameOf(person) })}</p>
      <KeptVouchers kept={kept} />
      {isErasing ? (
        <EraseForm person={person} count={count} onKeep={() => setErasing(false)} onErased={onErased} />
      ) : (
        <div className="no-print">
          <Button variant="default" onClick={() => setErasing(true)}>
            {t('recip.erase')}
          </Button>
        </div>
      )}
    </>
  )
}

/** Hands out what is kept of one person who got vouchers, or erases it, when the person asks (E13). */
export function RecipientsPage() {
  const ten = useParam('ten')
  const [erased, setErased] = useState<number | null>(null)
  const find = useWrite((person: Person, frame) =>
    readBody(frame.client.POST('/tenant/voucher-recipients/export', { body: toBody(person) })),
  )
  return (
    <Page
      title={t('recip.title')}
      lead={t('recip.lead')}
      back={{ to: places.vouchers(ten), label: t('vouchers.title') }}
    >
      <div className="stack report">
        <Panel title={t('recip.who')}>
          <WhoForm
            key={erased}
            isBusy={find.isPending}
            error={find.error}
            onFind={(person) => {
              setErased(null)
              find.mutate(person)
            }}
          />
        </Panel>
        {erased !== null && (
          <div role="status">
            <Note tone="ok">
              <p>{t('recip.erased', { count: erased })}</p>
            </Note>
          </div>
        )}
        {find.data && find.variables && (
          <Found
            key={find.submittedAt}
            person={find.variables}
            kept={find.data}
            onErased={(count) => {
              find.reset()
              setErased(count)
            }}
          />
        )}
      </div>
    </Page>
  )
}
