import { readBody } from '@liaison/client'
import type { AlertRule, AlertRuleList } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { sayTrouble } from '../../parts/say-trouble.ts'
import { Answer, Empty } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { hasWords, t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { EditButton, useRuleChange } from './rule-edit.tsx'
import { RuleForm } from './rule-form.tsx'

type Default = AlertRuleList['defaults'][number]

function levelOf(level: number | null, known: Default | undefined): string {
  if (level === null || !known?.unit) return '–'
  return t(`alert_rules.unit.${known.unit}`, { level })
}

function nameOf(type: string, known: Default | undefined): string {
  const id = `alert_rules.type.${type}`
  return hasWords(id) ? t(id) : (known?.title ?? type)
}

function targetOf({ applies_to: target }: AlertRule): string {
  if (target.kind === 'group') return t('alert_rules.for_group', { group: target.group_name ?? '' })
  return target.kind === 'link' ? (target.tenant_name ?? '') : t('alert_rules.for.all')
}

function Told({ rule }: { rule: AlertRule }) {
  if (!rule.is_enabled) return <span className="muted">{t('alert_rules.off')}</span>
  const channels = rule.channels.map((channel) => t(`alert_rules.channel.${channel}`))
  return (
    <>
      {channels.length === 0 ? t('alert_rules.silent') : channels.join(', ')}
      {rule.digest !== 'none' && <div className="small muted">{t(`alert_rules.digest.${rule.digest}`)}</div>}
    </>
  )
}

function TurnButton({ rule }: { rule: AlertRule }) {
  const write = useRuleChange(rule, () => showToast(t('alert_rules.turned')))
  return (
    <button
      type="button"
      className="row-tool"
      disabled={write.isPending}
      onClick={() => write.mutate({ is_enabled: !rule.is_enabled }, { onError: sayTrouble })}
    >
      {t(rule.is_enabled ? 'alert_rules.turn_off' : 'alert_rules.turn_on')}
    </button>
  )
}

function RuleSteps({ rule, known }: { rule: AlertRule; known: Default | undefined }) {
  return (
    <RowActs>
      <EditButton rule={rule} name={nameOf(rule.type, known)} target={targetOf(rule)} known={known} />
      <TurnButton rule={rule} />
      <MoveButton
        isInRow
        isDanger
        words={{
          act: t('alert_rules.delete'),
          title: t('alert_rules.delete_title'),
          effect: t('alert_rules.delete_effect'),
          keep: t('alert_rules.delete_keep'),
          done: t('alert_rules.deleted'),
        }}
        move={(_reason, { client }) =>
          readBody(
            client.DELETE('/partner/alert-rules/{rule_id}', { params: { path: { rule_id: rule.rule_id } } }),
          )
        }
      />
    </RowActs>
  )
}

function toColumns(defaults: readonly Default[]): Column<AlertRule>[] {
  const of = (rule: AlertRule) => defaults.find(({ type }) => type === rule.type)
  const levels = (rule: AlertRule) =>
    `${levelOf(rule.warning ?? of(rule)?.warning ?? null, of(rule))} / ${levelOf(rule.critical ?? of(rule)?.critical ?? null, of(rule))}`
  return [
    { id: 'kind', header: t('alert_rules.kind'), cell: (rule) => <b>{nameOf(rule.type, of(rule))}</b> },
    { id: 'for', header: t('alert_rules.for'), cell: targetOf },
    { id: 'levels', header: t('alert_rules.levels'), cell: levels },
    { id: 'told', header: t('alert_rules.told'), cell: (rule) => <Told rule={rule} /> },
    { id: 'steps', header: '', cell: (rule) => <RuleSteps rule={rule} known={of(rule)} /> },
  ]
}

function Defaults({ defaults }: { defaults: readonly Default[] }) {
  const columns: Column<Default>[] = [
    { id: 'kind', header: t('alert_rules.kind'), cell: (row) => nameOf(row.type, row) },
    {
      id: 'warning',
      header: t('alert_rules.warning'),
      numeric: true,
      cell: (row) => levelOf(row.warning, row),
    },
    {
      id: 'critical',
      header: t('alert_rules.critical'),
      numeric: true,
      cell: (row) => levelOf(row.critical, row),
    },
  ]
  return (
    <DataTable
      caption={t('alert_rules.defaults')}
      columns={columns}
      rows={defaults}
      rowId={(row) => row.type}
    />
  )
}

function Rules({ list }: { list: AlertRuleList }) {
  const columns = useMemo(() => toColumns(list.defaults), [list.defaults])
  const adjustable = list.defaults.filter(({ is_adjustable: is }) => is)
  return (
    <div className="stack">
      {list.items.length === 0 ? (
        <div className="list">
          <Empty title={t('alert_rules.none')} text={t('alert_rules.none_text')} />
        </div>
      ) : (
        <DataTable
          caption={t('alert_rules.caption')}
          columns={columns}
          rows={list.items}
          rowId={(rule) => rule.rule_id}
        />
      )}
      <div className="columns">
        <Panel title={t('alert_rules.new')}>
          <RuleForm defaults={adjustable} />
        </Panel>
        <div>
          <h2 className="section-title">{t('alert_rules.defaults')}</h2>
          <Defaults defaults={adjustable} />
        </div>
      </div>
    </div>
  )
}

/** When the partner is alerted, and how: its rules, and what holds without one (B9). */
export function AlertRulesPage() {
  const { partnerId } = useFrame()
  const list = useRead(['alert-rules'], (frame, signal) =>
    readBody(frame.client.GET('/partner/alert-rules', { signal })),
  )
  return (
    <Page
      title={t('alert_rules.title')}
      lead={t('alert_rules.lead')}
      back={{ to: partnerPlaces.alerts(partnerId), label: t('alert_rules.back') }}
    >
      <Answer query={list} lines={8}>
        {(found) => <Rules list={found} />}
      </Answer>
    </Page>
  )
}
