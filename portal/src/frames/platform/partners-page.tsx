import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerRecord } from '@liaison/client'
import { useState } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { formatCount } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { RecordList, useRegistry } from './record-list.tsx'

const kinds = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'white_label',
] as const

const columns: Column<PartnerRecord>[] = [
  {
    id: 'name',
    header: t('column.partner'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.partner(row.partner_id)}>
        {row.name}
      </GoLink>
    ),
  },
  {
    id: 'kinds',
    header: t('column.kinds'),
    cell: (row) => row.kinds.map((kind) => tValue('kind', kind)).join(', '),
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  { id: 'people', header: t('column.people'), numeric: true, cell: (row) => formatCount(row.members_count) },
  { id: 'links', header: t('column.links'), numeric: true, cell: (row) => formatCount(row.active_links) },
  { id: 'since', header: t('column.since'), numeric: true, cell: (row) => <DateText iso={row.created_at} /> },
]

type Kind = (typeof kinds)[number]
type Draft = { name: string; slug: string; kinds: Kind[] }

function checkDraft(draft: Draft): FormError[] {
  const errors: FormError[] = []
  if (draft.name.trim() === '') errors.push({ field: 'name', text: t('newpartner.name_missing') })
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(draft.slug)) {
    errors.push({ field: 'slug', text: t('newpartner.slug_wrong') })
  }
  if (draft.kinds.length === 0) errors.push({ field: 'kinds', text: t('newpartner.kind_missing') })
  return errors
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="name"
        data-autofocus=""
        label={t('newpartner.name')}
        value={draft.name}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        id="slug"
        label={t('newpartner.slug')}
        description={t('newpartner.slug_about')}
        value={draft.slug}
        error={errorOf(errors, 'slug')}
        onChange={(event) => onDraft({ ...draft, slug: event.currentTarget.value })}
      />
      <fieldset id="kinds" className="stack tight" tabIndex={-1}>
        <legend>{t('column.kinds')}</legend>
        {kinds.map((kind) => (
          <Checkbox
            key={kind}
            label={tValue('kind', kind)}
            checked={draft.kinds.includes(kind)}
            onChange={(event) => {
              const others = draft.kinds.filter((name) => name !== kind)
              onDraft({ ...draft, kinds: event.currentTarget.checked ? [...others, kind] : others })
            }}
          />
        ))}
      </fieldset>
    </>
  )
}

function NewPartner({ onClose }: { onClose: () => void }) {
  const go = useGo()
  const [draft, setDraft] = useState<Draft>({ name: '', slug: '', kinds: ['msp'] })
  const [errors, setErrors] = useState<FormError[]>([])
  const attempt = useAttemptKey(draft)
  const write = useWrite(
    (wanted: Draft, frame) =>
      readBody(
        frame.client.POST('/admin/partners', { headers: { 'Idempotency-Key': attempt }, body: wanted }),
      ),
    (made) => {
      showToast(t('newpartner.done', { partner: made.name }))
      go(platformPlaces.partner(made.partner_id))
    },
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('newpartner.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form
        className="stack"
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
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
        <div className="row ends">
          <Button variant="default" onClick={onClose}>
            {t('newpartner.keep')}
          </Button>
          <Button type="submit" loading={write.isPending}>
            {t('newpartner.act')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** The registry of partners. */
export function PartnersPage() {
  const [isOpen, setOpen] = useState(false)
  const registry = useRegistry()
  const { query } = registry
  const partners = useRead(
    ['partners', query],
    (frame, signal) => readBody(frame.client.GET('/admin/partners', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('partners.title')}
      lead={t('partners.lead')}
      tools={<Button onClick={() => setOpen(true)}>{t('newpartner.open')}</Button>}
    >
      <RecordList
        registry={registry}
        rows={partners}
        caption={t('partners.title')}
        searchLabel={t('partners.find')}
        statuses={['any', 'pending', 'active', 'suspended', 'terminated']}
        columns={columns}
        rowId={(row) => row.partner_id}
      />
      {isOpen && <NewPartner onClose={() => setOpen(false)} />}
    </Page>
  )
}
