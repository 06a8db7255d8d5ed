import './features-words.ts'
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t, tValue } from '../../platform/words.ts'
import { Ticks } from '../shared/ticks.tsx'
import { blankCondition, choices, kinds, tiers } from './draft.ts'
import type { ConditionDraft, Draft, RuleDraft } from './draft.ts'

export type FieldsProps = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (draft: Draft) => void
}

type ConditionProps = { id: string; value: ConditionDraft; onValue: (value: ConditionDraft) => void }

function ConditionFields({ id, value, onValue }: ConditionProps) {
  return (
    <>
      <div className="halves">
        <Ticks
          id={`${id}_kinds`}
          legend={t('feature_form.kinds')}
          entries={kinds.map((kind) => ({ value: kind, label: tValue('kind', kind) }))}
          ticked={value.kinds}
          onTicked={(ticked) => onValue({ ...value, kinds: ticked })}
        />
        <Ticks
          id={`${id}_tiers`}
          legend={t('feature_form.tiers')}
          entries={tiers.map((tier) => ({ value: tier, label: tValue('tier', tier) }))}
          ticked={value.tiers}
          onTicked={(ticked) => onValue({ ...value, tiers: ticked })}
        />
      </div>
      <div className="halves">
        <Textarea
          label={t('feature_form.regions')}
          rows={2}
          value={value.regions}
          onChange={(event) => onValue({ ...value, regions: event.currentTarget.value })}
        />
        <Textarea
          label={t('feature_form.plans')}
          rows={2}
          value={value.plans}
          onChange={(event) => onValue({ ...value, plans: event.currentTarget.value })}
        />
      </div>
    </>
  )
}

function Titled({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <section className="panel stack tight" aria-label={title}>
      <h2>{title}</h2>
      {lead !== undefined && <p className="small muted">{lead}</p>}
      {children}
    </section>
  )
}

const onOff = ['on', 'off'] as const
const onOffData = onOff.map((value) => ({ value, label: t(`feature_form.default_${value}`) }))

function OnOff({
  label,
  value,
  onValue,
}: {
  label: string
  value: 'on' | 'off'
  onValue: (value: 'on' | 'off') => void
}) {
  return (
    <NativeSelect
      label={label}
      data={onOffData}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value === 'on' ? 'on' : 'off')}
    />
  )
}

type RuleProps = { rule: RuleDraft; number: number; onRule: (rule: RuleDraft | null) => void }

function RuleFields({ rule, number, onRule }: RuleProps) {
  return (
    <Titled title={t('feature_form.rule', { number })}>
      <ConditionFields
        id={`rule_${String(number)}`}
        value={rule.when}
        onValue={(when) => onRule({ ...rule, when })}
      />
      <OnOff
        label={t('feature_form.then')}
        value={rule.outcome}
        onValue={(outcome) => onRule({ ...rule, outcome })}
      />
      <div>
        <Button variant="default" onClick={() => onRule(null)}>
          {t('feature_form.remove_rule', { number })}
        </Button>
      </div>
    </Titled>
  )
}

function Words({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="name"
        label={t('feature_form.name')}
        value={draft.name}
        maxLength={100}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <Textarea
        id="description"
        label={t('feature_form.description')}
        rows={2}
        value={draft.description}
        maxLength={500}
        error={errorOf(errors, 'description')}
        onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
      />
      <TextInput
        id="owner_name"
        label={t('feature_form.owner')}
        value={draft.owner}
        maxLength={100}
        error={errorOf(errors, 'owner_name')}
        onChange={(event) => onDraft({ ...draft, owner: event.currentTarget.value })}
      />
    </>
  )
}

function Spread({ draft, onDraft }: Omit<FieldsProps, 'errors'>) {
  return (
    <>
      <OnOff
        label={t('feature_form.default')}
        value={draft.standard}
        onValue={(standard) => onDraft({ ...draft, standard })}
      />
      <TextInput
        id="share_bp"
        type="number"
        min={0}
        max={100}
        step="0.01"
        label={t('feature_form.share')}
        description={t('feature_form.share_about')}
        value={draft.percent}
        onChange={(event) => onDraft({ ...draft, percent: event.currentTarget.value })}
      />
      <Textarea
        id="prerequisites"
        label={t('feature_form.needs')}
        rows={2}
        value={draft.needs}
        onChange={(event) => onDraft({ ...draft, needs: event.currentTarget.value })}
      />
    </>
  )
}

function Choice({ draft, onDraft }: Omit<FieldsProps, 'errors'>) {
  return (
    <>
      <NativeSelect
        id="partner_choice"
        label={t('feature_form.choice')}
        data={choices.map((value) => ({ value, label: t(`feature_choice.${value}`) }))}
        value={draft.choice}
        onChange={(event) => {
          const choice = choices.find((name) => name === event.currentTarget.value)
          if (choice !== undefined) onDraft({ ...draft, choice })
        }}
      />
      {draft.choice !== 'none' && (
        <Titled title={t('feature_form.eligible')} lead={t('feature_form.eligible_about')}>
          <ConditionFields
            id="eligibility"
            value={draft.eligible}
            onValue={(eligible) => onDraft({ ...draft, eligible })}
          />
        </Titled>
      )}
    </>
  )
}

function Rules({ draft, onDraft }: Omit<FieldsProps, 'errors'>) {
  const replace = (index: number, rule: RuleDraft | null) => {
    const rules = draft.rules.flatMap((old, at) => (at !== index ? [old] : rule === null ? [] : [rule]))
    onDraft({ ...draft, rules })
  }
  const add = () => onDraft({ ...draft, rules: [...draft.rules, { when: blankCondition, outcome: 'on' }] })
  return (
    <>
      {draft.rules.map((rule, index) => (
        // Rules have no name of their own; their place is who they are.
        // oxlint-disable-next-line react/no-array-index-key
        <RuleFields key={index} rule={rule} number={index + 1} onRule={(next) => replace(index, next)} />
      ))}
      <div>
        <Button variant="default" onClick={add}>
          {t('feature_form.add_rule')}
        </Button>
      </div>
    </>
  )
}

/** Everything by which a feature is described and decided. */
export function FeatureFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Words draft={draft} errors={errors} onDraft={onDraft} />
      <Choice draft={draft} onDraft={onDraft} />
      <Rules draft={draft} onDraft={onDraft} />
      <Spread draft={draft} onDraft={onDraft} />
      <TextInput
        id="reason"
        label={t('feature_form.reason')}
        value={draft.reason}
        maxLength={500}
        error={errorOf(errors, 'reason')}
        onChange={(event) => onDraft({ ...draft, reason: event.currentTarget.value })}
      />
    </>
  )
}
