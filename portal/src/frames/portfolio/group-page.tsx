import { Button, Radio, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { TenantGroup } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { SearchBox } from '../../parts/filter-bar.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { optional } from '../shared/list-fields.ts'

type Kind = TenantGroup['kind']
type Chosen = ReadonlyMap<string, string>

type PickListProps = { chosen: Chosen; onChosen: (chosen: Chosen) => void }

/** Tenants to tick; those that are ticked stay shown whatever is searched for. */
function PickList({ chosen, onChosen }: PickListProps) {
  const [search, setSearch] = useState('')
  const query = { limit: 100, ...optional('tenant', search) }
  const tenants = useRead(
    ['assignments', query],
    (frame, signal) => readBody(frame.client.GET('/partner/assignments', { params: { query }, signal })),
    { keep: true },
  )
  const flip = (id: string, name: string) => {
    const next = new Map(chosen)
    if (!next.delete(id)) next.set(id, name)
    onChosen(next)
  }
  return (
    <div className="stack tight">
      <div className="filters">
        <SearchBox label={t('group.find')} value={search} onValue={setSearch} />
        <span className="muted">{t('group.chosen', { count: chosen.size })}</span>
      </div>
      <Answer query={tenants} lines={4}>
        {({ items }) => {
          const found = new Map(items.map((item) => [item.tenant_id, item.tenant_name]))
          const shown = [...new Map([...chosen, ...found])].toSorted((a, b) => a[1].localeCompare(b[1]))
          return (
            <ul className="tick-list">
              {shown.map(([id, name]) => (
                <li key={id}>
                  <label className="check">
                    <input type="checkbox" checked={chosen.has(id)} onChange={() => flip(id, name)} />
                    {name}
                  </label>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </div>
  )
}

type Draft = { name: string; description: string; kind: Kind; chosen: Chosen }

function toBody({ name, description, kind, chosen }: Draft) {
  const shared = { name: name.trim(), description: description.trim() || null }
  const ids = [...chosen.keys()]
  return kind === 'chosen'
    ? { ...shared, kind, included_tenant_ids: ids }
    : { ...shared, kind, excluded_tenant_ids: ids }
}

function draftOf(group: TenantGroup | null): Draft {
  const named = group === null ? [] : [...group.included, ...group.excluded]
  return {
    name: group?.name ?? '',
    description: group?.description ?? '',
    kind: group?.kind ?? 'chosen',
    chosen: new Map(named.map((tenant) => [tenant.tenant_id, tenant.name])),
  }
}

type FormProps = { group: TenantGroup | null; etag: string | null }

function useSave({ group, etag }: FormProps) {
  const { partnerId } = useFrame()
  const go = useGo()
  return useWrite(
    (draft: Draft, { client }) =>
      group === null
        ? readBody(client.POST('/partner/tenant-groups', { body: toBody(draft) }))
        : readBody(
            client.PUT('/partner/tenant-groups/{group_id}', {
              params: { path: { group_id: group.group_id } },
              headers: { 'If-Match': etag ?? '' },
              body: toBody(draft),
            }),
          ),
    (saved) => {
      showToast(t('group.saved', { group: saved.name }))
      if (group === null) go(partnerPlaces.groups(partnerId))
    },
  )
}

type FieldsProps = { draft: Draft; isNew: boolean; onChange: (change: Partial<Draft>) => void }

function Fields({ draft, isNew, onChange }: FieldsProps) {
  return (
    <div className="stack tight form">
      <TextInput
        id="name"
        label={t('groups.name')}
        required
        maxLength={100}
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        id="description"
        label={t('groups.description')}
        maxLength={500}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      {isNew && (
        <Radio.Group
          label={t('groups.kind')}
          value={draft.kind}
          onChange={(kind) => onChange({ kind: kind === 'all' ? 'all' : 'chosen', chosen: new Map() })}
        >
          <div className="stack tight">
            <Radio value="chosen" label={t('groups.kind_chosen')} />
            <Radio value="all" label={t('groups.kind_all')} />
          </div>
        </Radio.Group>
      )}
    </div>
  )
}

function GroupForm({ group, etag }: FormProps) {
  const [draft, setDraft] = useState(() => draftOf(group))
  const write = useSave({ group, etag })
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate(draft)
      }}
    >
      <WriteProblem error={write.error} />
      <Fields draft={draft} isNew={group === null} onChange={set} />
      <Panel title={t(draft.kind === 'chosen' ? 'group.included' : 'group.excluded')}>
        <PickList chosen={draft.chosen} onChosen={(chosen) => set({ chosen })} />
      </Panel>
      <div>
        <Button type="submit" loading={write.isPending}>
          {t('group.save')}
        </Button>
      </div>
    </form>
  )
}

function DeleteGroup({ group }: { group: TenantGroup }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const names = { group: group.name }
  return (
    <MoveButton
      isDanger
      words={{
        act: t('group.delete'),
        title: t('group.delete_title', names),
        effect: t('group.delete_effect'),
        keep: t('group.delete_keep'),
        done: t('group.delete_done', names),
      }}
      move={async (_reason, { client }) => {
        await readBody(
          client.DELETE('/partner/tenant-groups/{group_id}', {
            params: { path: { group_id: group.group_id } },
          }),
        )
        go(partnerPlaces.groups(partnerId))
      }}
    />
  )
}

/** What a group is, for those who use it and do not make it. */
function GroupFacts({ group }: { group: TenantGroup }) {
  const { kind, included, excluded } = group
  const named = kind === 'chosen' ? included : excluded
  return (
    <div className="stack">
      {group.description !== null && <p className="muted">{group.description}</p>}
      <Panel title={t(kind === 'chosen' ? 'group.included' : 'group.excluded')}>
        {named.length === 0 ? (
          <p className="muted">{t('group.chosen', { count: 0 })}</p>
        ) : (
          <ul>
            {named.map((tenant) => (
              <li key={tenant.tenant_id}>{tenant.name}</li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  )
}

function OldGroup({ id }: { id: string }) {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.groups.manage')
  const group = useRead(['tenant-groups', id], (frame, signal) =>
    readTagged(
      frame.client.GET('/partner/tenant-groups/{group_id}', { params: { path: { group_id: id } }, signal }),
    ),
  )
  return (
    <Page
      title={group.data?.body.name ?? t('board.group')}
      back={{ to: partnerPlaces.groups(partnerId), label: t('group.back') }}
      tools={mayManage && group.data && <DeleteGroup group={group.data.body} />}
    >
      <Answer query={group} lines={8}>
        {(found) =>
          mayManage ? (
            <KeptForm value={found} version={found.body.version}>
              {({ body, etag }) => <GroupForm group={body} etag={etag} />}
            </KeptForm>
          ) : (
            <GroupFacts group={found.body} />
          )
        }
      </Answer>
    </Page>
  )
}

/** One group of tenants, or a new one (B14). */
export function GroupPage() {
  const { partnerId } = useFrame()
  const id = useParam('group')
  if (id !== 'new') return <OldGroup id={id} />
  return (
    <Page title={t('group.new')} back={{ to: partnerPlaces.groups(partnerId), label: t('group.back') }}>
      <GroupForm group={null} etag={null} />
    </Page>
  )
}
