import './risk-words.ts'
import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { RiskRule } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

const effects = ['off', 'flag', 'hold', 'block'] as const
type Entered = { effect: RiskRule['effect']; reason: string; settings: Readonly<Record<string, string>> }

const toText = (value: unknown) => (Array.isArray(value) ? value.map(String).join('\n') : String(value))

/** What was entered, in the form of the value that it stands for. */
function toSetting(before: unknown, text: string): unknown {
  if (!Array.isArray(before)) return Number(text)
  return text
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '')
}

function beginWith(rule: RiskRule): Entered {
  const settings = Object.entries(rule.settings).map(([name, value]) => [name, toText(value)])
  return { effect: rule.effect, reason: '', settings: Object.fromEntries(settings) }
}

type FieldProps = { name: string; before: unknown; text: string; onText: (text: string) => void }

function SettingField({ name, before, text, onText }: FieldProps) {
  const label = tValue('risk_rules.setting', name)
  return Array.isArray(before) ? (
    <Textarea
      id={name}
      label={label}
      rows={4}
      value={text}
      onChange={(event) => onText(event.currentTarget.value)}
    />
  ) : (
    <TextInput
      id={name}
      label={label}
      inputMode="numeric"
      value={text}
      onChange={(event) => onText(event.currentTarget.value)}
    />
  )
}

function EffectPick({ entered, onEntered }: { entered: Entered; onEntered: (entered: Entered) => void }) {
  return (
    <NativeSelect
      label={t('risk_rules.effect')}
      value={entered.effect}
      data={effects.map((effect) => ({ value: effect, label: t(`risk_rules.effect_${effect}`) }))}
      onChange={(event) => {
        const effect = effects.find((name) => name === event.currentTarget.value)
        if (effect !== undefined) onEntered({ ...entered, effect })
      }}
    />
  )
}

function useSave(rule: RiskRule, onClose: () => void) {
  return useWrite(
    ({ effect, reason, settings }: Entered, { client }) =>
      readBody(
        client.PUT('/admin/risk-rules/{rule}', {
          params: { path: { rule: rule.rule } },
          headers: { 'If-Match': `"v${rule.version}"` },
          body: {
            effect,
            reason,
            settings: Object.fromEntries(
              Object.entries(settings).map(([name, text]) => [name, toSetting(rule.settings[name], text)]),
            ),
          },
        }),
      ),
    () => {
      onClose()
      showToast(t('risk_rules.done', { rule: tValue('risk_rule', rule.rule) }))
    },
  )
}

/** Sets a rule anew, with the reason why. */
export function RuleDialog({ rule, onClose }: { rule: RiskRule; onClose: () => void }) {
  const [entered, setEntered] = useState(() => beginWith(rule))
  const [isMissing, setMissing] = useState(false)
  const write = useSave(rule, onClose)
  const save = () => {
    const reason = entered.reason.trim()
    setMissing(reason === '')
    if (reason !== '') write.mutate({ ...entered, reason })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('risk_rules.change_title', { rule: tValue('risk_rule', rule.rule) })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="stack">
        <WriteProblem error={write.error} />
        <EffectPick entered={entered} onEntered={setEntered} />
        {Object.entries(rule.settings).map(([name, before]) => (
          <SettingField
            key={name}
            name={name}
            before={before}
            text={entered.settings[name] ?? ''}
            onText={(text) => setEntered({ ...entered, settings: { ...entered.settings, [name]: text } })}
          />
        ))}
        <Textarea
          label={t('risk_rules.reason')}
          rows={2}
          maxLength={500}
          value={entered.reason}
          error={isMissing ? t('risk_rules.reason_missing') : undefined}
          onChange={(event) => setEntered({ ...entered, reason: event.currentTarget.value })}
        />
        <div className="row ends">
          <Button variant="default" data-autofocus="" onClick={onClose}>
            {t('risk_rules.keep')}
          </Button>
          <Button loading={write.isPending} onClick={save}>
            {t('risk_rules.save')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
