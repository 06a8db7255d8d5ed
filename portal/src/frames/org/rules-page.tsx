import './rules-words.ts'
import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { PartnerPolicy } from '@liaison/client'
import { LINK_ROLES } from '@liaison/access'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { PartnerCode } from '../linking/partner-code.tsx'
import { FactorAgeRule, HoursRule } from '../linking/rules-hours.tsx'
import { ImpactOf } from '../linking/rules-impact.tsx'
import { RulesWaiting } from './rules-waiting.tsx'
import { SecurityContactPanel } from './security-contact.tsx'
import { useAccessLinks } from './calls.ts'

const askers = ['any', 'listed', 'unlisted', 'none'] as const
const ipModes = ['off', 'monitor', 'enforce'] as const

/** The listed word that was chosen; the first when it is none of them. */
function oneOf<Word extends string>(words: readonly [Word, ...Word[]], chosen: string): Word {
  return words.find((word) => word === chosen) ?? words[0]
}

type PartProps = { policy: PartnerPolicy; onPolicy: (policy: PartnerPolicy) => void }

/** Partners this organisation has met, with a tick for those that may ask. Others have to be invited. */
function Listed({ policy, onPolicy }: PartProps) {
  const links = useAccessLinks('')
  const met = new Map((links.data?.items ?? []).map((link) => [link.partner_id, link.partner_name]))
  const listed = policy.listed_partner_ids
  const choices = [...new Set([...met.keys(), ...listed])]
  if (choices.length === 0) return <p className="muted">{t('rules.listed_none')}</p>
  return (
    <fieldset className="stack tight">
      <legend>{t(policy.who_may_ask === 'unlisted' ? 'rules.unlisted' : 'rules.listed')}</legend>
      {choices.map((id) => (
        <Checkbox
          key={id}
          label={met.get(id) ?? id}
          checked={listed.includes(id)}
          onChange={(event) => {
            const others = listed.filter((known) => known !== id)
            onPolicy({
              ...policy,
              listed_partner_ids: event.currentTarget.checked ? [...others, id] : others,
            })
          }}
        />
      ))}
    </fieldset>
  )
}

function Asking({ policy, onPolicy }: PartProps) {
  return (
    <Panel title={t('rules.asking')}>
      <div className="stack tight">
        <PartnerCode />
        <NativeSelect
          id="who_may_ask"
          label={t('rules.who')}
          value={policy.who_may_ask}
          onChange={(event) => onPolicy({ ...policy, who_may_ask: oneOf(askers, event.currentTarget.value) })}
        >
          {askers.map((word) => (
            <option key={word} value={word}>
              {t(`rules.who_${word}`)}
            </option>
          ))}
        </NativeSelect>
        {['listed', 'unlisted'].includes(policy.who_may_ask) && (
          <Listed policy={policy} onPolicy={onPolicy} />
        )}
        <TextInput
          id="max_duration_days"
          type="number"
          min={1}
          max={730}
          label={t('rules.longest')}
          value={String(policy.max_duration_days)}
          onChange={(event) => onPolicy({ ...policy, max_duration_days: Number(event.currentTarget.value) })}
        />
        <Checkbox
          label={t('rules.dual')}
          description={t('rules.dual_about')}
          checked={policy.dual_approval}
          onChange={(event) => onPolicy({ ...policy, dual_approval: event.currentTarget.checked })}
        />
      </div>
    </Panel>
  )
}

function Roles({ policy, onPolicy }: PartProps) {
  return (
    <Panel title={t('rules.roles')}>
      <fieldset className="stack tight">
        <legend className="unseen">{t('rules.roles')}</legend>
        {LINK_ROLES.map((role) => (
          <Checkbox
            key={role}
            label={tValue('role', role)}
            description={tValue('role_about', role)}
            checked={policy.roles_allowed.includes(role)}
            onChange={(event) => {
              const others = policy.roles_allowed.filter((name) => name !== role)
              onPolicy({
                ...policy,
                roles_allowed: event.currentTarget.checked ? [...others, role] : others,
              })
            }}
          />
        ))}
      </fieldset>
    </Panel>
  )
}

/** How long somebody who came in may stay. */
function LongestStay({ policy, onPolicy }: PartProps) {
  return (
    <TextInput
      id="acting_minutes"
      type="number"
      min={5}
      max={60}
      label={t('rules.minutes')}
      description={t('rules.minutes_about')}
      value={String(policy.acting_minutes)}
      onChange={(event) => onPolicy({ ...policy, acting_minutes: Number(event.currentTarget.value) })}
    />
  )
}

type ConditionProps = {
  conditions: PartnerPolicy['conditions']
  set: (change: Partial<PartnerPolicy['conditions']>) => void
}

function Networks({ conditions, set }: ConditionProps) {
  return (
    <>
      <NativeSelect
        id="ip_mode"
        label={t('rules.ip_mode')}
        value={conditions.ip_mode}
        onChange={(event) => set({ ip_mode: oneOf(ipModes, event.currentTarget.value) })}
      >
        {ipModes.map((mode) => (
          <option key={mode} value={mode}>
            {t(`rules.ip_${mode}`)}
          </option>
        ))}
      </NativeSelect>
      {conditions.ip_mode !== 'off' && (
        <Textarea
          id="ip_allow"
          label={t('rules.ip_list')}
          description={t(
            conditions.ip_mode === 'enforce' ? 'rules.ip_enforced_about' : 'rules.ip_list_about',
          )}
          rows={3}
          value={conditions.ip_allow.join('\n')}
          onChange={(event) => set({ ip_allow: event.currentTarget.value.split('\n') })}
        />
      )}
    </>
  )
}

function Conditions({ policy, onPolicy }: PartProps) {
  const { conditions } = policy
  const set = (change: Partial<PartnerPolicy['conditions']>) => {
    onPolicy({ ...policy, conditions: { ...conditions, ...change } })
  }
  return (
    <Panel title={t('rules.conditions')}>
      <div className="stack tight">
        <LongestStay policy={policy} onPolicy={onPolicy} />
        <FactorAgeRule
          seconds={conditions.mfa_max_age_s}
          onSeconds={(seconds) => set({ mfa_max_age_s: seconds })}
        />
        <Checkbox
          label={t('rules.phishing')}
          description={t('rules.phishing_about')}
          checked={conditions.phishing_resistant}
          onChange={(event) => set({ phishing_resistant: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('rules.reason')}
          description={t('rules.reason_about')}
          checked={conditions.read_reason_required}
          onChange={(event) => set({ read_reason_required: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('rules.elevation')}
          description={t('rules.elevation_about')}
          checked={conditions.elevation_required}
          onChange={(event) => set({ elevation_required: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('rules.elevation_own')}
          description={t('rules.elevation_own_about')}
          checked={conditions.tenant_elevation_approval}
          onChange={(event) => set({ tenant_elevation_approval: event.currentTarget.checked })}
        />
        <Networks conditions={conditions} set={set} />
        <HoursRule hours={conditions.hours} onHours={(hours) => set({ hours })} />
      </div>
    </Panel>
  )
}

function Notices({ policy, onPolicy }: PartProps) {
  return (
    <Panel title={t('rules.notices')}>
      <Checkbox
        label={t('rules.digest')}
        description={t('rules.digest_about')}
        checked={policy.sends_digest}
        onChange={(event) => onPolicy({ ...policy, sends_digest: event.currentTarget.checked })}
      />
    </Panel>
  )
}

function toBody({ version: _read, conditions, ...policy }: PartnerPolicy) {
  const ranges = conditions.ip_allow.map((range) => range.trim()).filter((range) => range !== '')
  return { ...policy, conditions: { ...conditions, ip_allow: ranges } }
}

function RulesForm({ policy: known, etag }: { policy: PartnerPolicy; etag: string | null }) {
  const [policy, setPolicy] = useState(known)
  const write = useWrite(
    (wanted: PartnerPolicy, frame) =>
      readBody(
        frame.client.PUT('/tenant/partner-access/policy', {
          headers: { 'If-Match': etag ?? '' },
          body: toBody(wanted),
        }),
      ),
    ({ waits_for_second: waits, ...held }) => {
      // What waits for a second person does not hold yet, so the form goes back to what does.
      setPolicy(held)
      showToast(t(waits ? 'rules.saved_waits' : 'rules.saved'))
    },
  )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate(policy)
      }}
    >
      <WriteProblem error={write.error} />
      <div className="halves">
        <div className="stack">
          <Asking policy={policy} onPolicy={setPolicy} />
          <Notices policy={policy} onPolicy={setPolicy} />
        </div>
        <Conditions policy={policy} onPolicy={setPolicy} />
        <Roles policy={policy} onPolicy={setPolicy} />
      </div>
      <ImpactOf conditions={toBody(policy).conditions} />
      <Note tone="off">
        <p>{t('rules.note')}</p>
      </Note>
      <div>
        <Button type="submit" loading={write.isPending}>
          {t('rules.save')}
        </Button>
      </div>
    </form>
  )
}

/** What the organisation lets partners ask for, and what always holds for their access. */
export function RulesPage() {
  const { name } = useFrame()
  const policy = useRead(['policy'], (frame, signal) =>
    readTagged(frame.client.GET('/tenant/partner-access/policy', { signal })),
  )
  return (
    <Page title={t('rules.title')} lead={t('rules.lead', { org: name })}>
      <RulesWaiting />
      <div className="stack">
        <Answer query={policy}>
          {(found) => (
            <KeptForm value={found} version={found.etag}>
              {({ body, etag }) => <RulesForm policy={body} etag={etag} />}
            </KeptForm>
          )}
        </Answer>
        <div className="halves">
          <SecurityContactPanel />
        </div>
      </div>
    </Page>
  )
}
