import { Button, Checkbox, NativeSelect, NumberInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AlertRule, AlertRuleList } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryLink } from '../shared/every.ts'
import { useGroups } from '../shared/group-pick.tsx'

export type Default = AlertRuleList['defaults'][number]
type Channel = AlertRule['channels'][number]
type Digest = AlertRule['digest']

const types = ['ticket_clock', 'uptime', 'ar_threshold', 'overdue_threshold', 'link_expiry'] as const
type Kind = (typeof types)[number]

/** The kind of rule with this name; rules are made of these kinds only. */
export const toKind = (type: string): Kind => types.find((one) => one === type) ?? 'ticket_clock'

const channels = ['in_app', 'mail', 'webhook'] as const
const digests = ['none', 'hourly', 'daily'] as const
const fixedCritical: ReadonlySet<Kind> = new Set<Kind>(['ticket_clock', 'uptime'])

export type Draft = {
  type: Kind
  /** `all`, or the id of a group or a link. */
  target: string
  warning: number | null
  critical: number | null
  channels: Channel[]
  digest: Digest
}

const blank: Draft = {
  type: 'ticket_clock',
  target: 'all',
  warning: null,
  critical: null,
  channels: [...channels],
  digest: 'none',
}

function toTarget(target: string) {
  if (target.startsWith('grp_')) return { kind: 'group' as const, group_id: target }
  return target === 'all' ? { kind: 'all' as const } : { kind: 'link' as const, link_id: target }
}

type TargetPickProps = { value: string; isMissing: boolean; onValue: (target: string) => void }

function TargetPick({ value, isMissing, onValue }: TargetPickProps) {
  const { role } = useFrame()
  const groups = useGroups().data ?? []
  const links = useRead(['links', 'every', 'active'], (frame, signal) =>
    readEveryLink(frame.client, 'active', signal),
  )
  const isOwner = role === 'PARTNER_OWNER'
  return (
    <NativeSelect
      label={t('alert_rules.target')}
      {...(isOwner ? {} : { description: t('alert_rules.owners_only') })}
      value={value}
      error={isMissing && t('alert_rules.target_missing')}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      {isOwner ? (
        <option value="all">{t('alert_rules.target_all')}</option>
      ) : (
        <option value="">{t('alert_rules.target_choose')}</option>
      )}
      {isOwner && groups.length > 0 && (
        <optgroup label={t('alert_rules.target_groups')}>
          {groups.map((group) => (
            <option key={group.group_id} value={group.group_id}>
              {group.name}
            </option>
          ))}
        </optgroup>
      )}
      <optgroup label={t('alert_rules.target_tenants')}>
        {(links.data ?? []).map((link) => (
          <option key={link.link_id} value={link.link_id}>
            {link.tenant_name}
          </option>
        ))}
      </optgroup>
    </NativeSelect>
  )
}

type LevelProps = {
  draft: Draft
  known: Default | undefined
  onDraft: (change: Partial<Draft>) => void
}

const toLevel = (value: string | number): number | null => (typeof value === 'number' ? value : null)

/** The two levels of a rule; empty takes the default. */
export function Levels({ draft, known, onDraft }: LevelProps) {
  const isFixed = fixedCritical.has(draft.type)
  const defaultOf = (level: number | null | undefined) =>
    known?.unit && typeof level === 'number'
      ? t('alert_rules.default_of', { level: t(`alert_rules.unit.${known.unit}`, { level }) })
      : ''
  return (
    <div className="rule-levels">
      <NumberInput
        id="warning"
        label={t('alert_rules.warning')}
        description={defaultOf(known?.warning)}
        value={draft.warning ?? ''}
        min={1}
        onChange={(value) => onDraft({ warning: toLevel(value) })}
      />
      <NumberInput
        id="critical"
        label={t('alert_rules.critical')}
        description={isFixed ? t('alert_rules.fixed') : defaultOf(known?.critical)}
        value={draft.critical ?? ''}
        min={1}
        disabled={isFixed}
        onChange={(value) => onDraft({ critical: toLevel(value) })}
      />
    </div>
  )
}

/** By which ways a rule tells, and how mails are gathered. */
export function Telling({ draft, onDraft }: Omit<LevelProps, 'known'>) {
  return (
    <>
      <Checkbox.Group
        label={t('alert_rules.channels')}
        value={draft.channels}
        onChange={(chosen) => onDraft({ channels: channels.filter((channel) => chosen.includes(channel)) })}
      >
        <div className="rule-channels">
          {channels.map((channel) => (
            <Checkbox key={channel} value={channel} label={t(`alert_rules.channel.${channel}`)} />
          ))}
        </div>
      </Checkbox.Group>
      <NativeSelect
        label={t('alert_rules.digest')}
        value={draft.digest}
        disabled={!draft.channels.includes('mail')}
        onChange={(event) =>
          onDraft({ digest: digests.find((digest) => digest === event.currentTarget.value) ?? 'none' })
        }
      >
        {digests.map((digest) => (
          <option key={digest} value={digest}>
            {t(`alert_rules.digest.${digest}`)}
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

function KindPick({ draft, onDraft }: Omit<LevelProps, 'known'>) {
  return (
    <NativeSelect
      label={t('alert_rules.kind')}
      description={t(`alert_rules.about.${draft.type}`)}
      value={draft.type}
      onChange={(event) =>
        onDraft({
          type: toKind(event.currentTarget.value),
          warning: null,
          critical: null,
        })
      }
    >
      {types.map((type) => (
        <option key={type} value={type}>
          {t(`alert_rules.type.${type}`)}
        </option>
      ))}
    </NativeSelect>
  )
}

/** Makes a rule. */
export function RuleForm({ defaults }: { defaults: readonly Default[] }) {
  const { role } = useFrame()
  const start = role === 'PARTNER_OWNER' ? blank : { ...blank, target: '' }
  const [draft, setDraft] = useState<Draft>(start)
  const [isMissing, setMissing] = useState(false)
  const onDraft = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const write = useWrite(
    ({ target, ...rest }: Draft, { client }) =>
      readBody(
        client.POST('/partner/alert-rules', {
          body: { ...rest, is_enabled: true, applies_to: toTarget(target) },
        }),
      ),
    () => {
      setDraft(start)
      showToast(t('alert_rules.made'))
    },
  )
  return (
    <form
      className="rule-form"
      onSubmit={(event) => {
        event.preventDefault()
        setMissing(draft.target === '')
        if (draft.target !== '') write.mutate(draft)
      }}
    >
      <WriteProblem error={write.error} />
      <KindPick draft={draft} onDraft={onDraft} />
      <TargetPick
        value={draft.target}
        isMissing={isMissing && draft.target === ''}
        onValue={(target) => onDraft({ target })}
      />
      <Levels draft={draft} known={defaults.find(({ type }) => type === draft.type)} onDraft={onDraft} />
      <Telling draft={draft} onDraft={onDraft} />
      <div>
        <Button type="submit" loading={write.isPending}>
          {t('alert_rules.make')}
        </Button>
      </div>
    </form>
  )
}
