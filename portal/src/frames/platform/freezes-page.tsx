import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Freeze } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Find, Found } from '../../parts/finder.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { formatInstant } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { findLinks, findPartners, findPersons, findTenants } from './finds.ts'
import { freezeState, frozenName, mayProviderLift, voidLift } from '../shared/freeze-words.ts'
import { LiftFreeze } from '../shared/lift-freeze.tsx'

const scopes = ['person', 'delegation', 'partner', 'tenant', 'platform'] as const

type Scope = (typeof scopes)[number]
type Draft = { scope: Scope; about: Found | null; reason: string }

const finds: Readonly<Record<Exclude<Scope, 'platform'>, Find>> = {
  person: findPersons,
  delegation: findLinks,
  partner: findPartners,
  tenant: findTenants,
}

function checkDraft(draft: Draft): FormError[] {
  const errors: FormError[] = []
  if (draft.scope !== 'platform' && draft.about === null)
    errors.push({ field: 'id', text: t('freeze.id_missing') })
  return errors
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <NativeSelect
        id="scope"
        label={t('freeze.scope')}
        value={draft.scope}
        onChange={(event) =>
          onDraft({
            ...draft,
            scope: scopes.find((scope) => scope === event.currentTarget.value) ?? 'person',
            about: null,
          })
        }
      >
        {scopes.map((scope) => (
          <option key={scope} value={scope}>
            {tValue('freeze_scope', scope)}
          </option>
        ))}
      </NativeSelect>
      {draft.scope !== 'platform' && (
        <Finder
          key={draft.scope}
          id="id"
          kind={draft.scope}
          label={t('freeze.id')}
          find={finds[draft.scope]}
          chosen={draft.about}
          error={errorOf(errors, 'id')}
          onChosen={(about) => onDraft({ ...draft, about })}
        />
      )}
      <TextInput
        id="reason"
        label={t('freeze.reason')}
        value={draft.reason}
        maxLength={500}
        onChange={(event) => onDraft({ ...draft, reason: event.currentTarget.value })}
      />
    </>
  )
}

const blank: Draft = { scope: 'person', about: null, reason: '' }

function FreezeForm() {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    ({ scope, about, reason }: Draft, frame) =>
      readBody(
        frame.client.POST('/admin/partner-access/freezes', {
          body: {
            scope,
            ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
            ...(about === null ? {} : { id: about.id }),
          },
        }),
      ),
    () => {
      setDraft(blank)
      showToast(t('freeze.done'))
    },
  )
  return (
    <Panel title={t('freeze.title')}>
      <WriteForm
        write={write}
        errors={errors}
        act={t(`freeze.act_${draft.scope}`)}
        look="danger"
        className="stack tight"
        onSend={() => {
          const found = checkDraft(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
        {draft.scope === 'platform' && (
          <Note tone="bad">
            <p>{t('freeze.platform_effect')}</p>
          </Note>
        )}
      </WriteForm>
    </Panel>
  )
}

function LiftButton({ freeze }: { freeze: Freeze }) {
  const who = frozenName(freeze)
  return (
    <LiftFreeze
      freeze={freeze}
      who={who}
      first={{ effect: t('freeze.lift_two', { who }), done: t('freeze.lift_waits', { who }) }}
      lift={(body, { client }) =>
        readBody(
          client.POST('/admin/partner-access/freezes/{freeze_id}/lift', {
            params: { path: { freeze_id: freeze.freeze_id } },
            body,
          }),
        )
      }
    />
  )
}

function FreezeRow({ freeze }: { freeze: Freeze }) {
  const isStanding = freeze.in_force
  const voided = voidLift(freeze)
  return (
    <tr>
      <td className="strong">{frozenName(freeze)}</td>
      <td data-label={t('freeze.scope')}>{tValue('freeze_scope', freeze.scope)}</td>
      <td data-label={t('column.status')}>
        <StatusChip family="organisation" value={freezeState(freeze)} />
        {voided !== null && <p className="small muted">{voided}</p>}
      </td>
      <td className="nowrap" data-label={t('freeze.since')}>
        {formatInstant(freeze.created_at)}
      </td>
      <td className="nowrap" data-label={t('freeze.by')}>
        {freeze.set_by_name}
      </td>
      <td data-label={t('confirm.reason')}>{freeze.reason}</td>
      <td className="tool">
        {isStanding && !freeze.lift_asked_by_you && mayProviderLift(freeze) && <LiftButton freeze={freeze} />}
      </td>
    </tr>
  )
}

function FreezeTable({ freezes }: { freezes: readonly Freeze[] }) {
  if (freezes.length === 0) return <Empty title={t('freeze.none')} text={t('freeze.none_text')} />
  return (
    <TableFrame
      caption={t('freeze.page')}
      heads={[
        t('freeze.who'),
        t('freeze.scope'),
        t('column.status'),
        t('freeze.since'),
        t('freeze.by'),
        t('confirm.reason'),
        '',
      ]}
    >
      {freezes.map((freeze) => (
        <FreezeRow key={freeze.freeze_id} freeze={freeze} />
      ))}
    </TableFrame>
  )
}

/** Break-glass blocks: what stands, who set it, and setting or lifting one. */
export function FreezesPage() {
  const freezes = useRead(['freezes'], (frame, signal) =>
    readBody(frame.client.GET('/admin/partner-access/freezes', { signal })),
  )
  return (
    <Page title={t('freeze.page')} lead={t('freeze.lead')}>
      <div className="stack">
        <div className="list">
          <Answer query={freezes}>{({ items }) => <FreezeTable freezes={items} />}</Answer>
        </div>
        <div className="form">
          <FreezeForm />
        </div>
      </div>
    </Page>
  )
}
