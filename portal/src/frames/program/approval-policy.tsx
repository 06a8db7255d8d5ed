import './program-words.ts'
import './program.css'
import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { EarningPolicy } from '@liaison/client'

import type { FormError } from '../../parts/error-summary.tsx'
import { errorOf } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate, formatMoney } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readLimits, writeAmount } from './amounts.ts'
import type { Limit } from './amounts.ts'
import { checkReason, ReasonField, Setting, useSettingForm } from './setting.tsx'

/** A line keeps its number while others come and go. */
type Line = Limit & { line: number }
type LinesProps = { lines: readonly Line[]; onLines: (lines: readonly Line[]) => void }

function Lines({ lines, onLines }: LinesProps) {
  const change = (place: number, changed: Partial<Limit>) =>
    onLines(lines.map((line, index) => (index === place ? { ...line, ...changed } : line)))
  return (
    <fieldset className="stack tight" id="limits">
      <legend>{t('approval.limits')}</legend>
      {lines.map(({ line, currency, amount }, index) => (
        <div key={line} className="limit-line">
          <TextInput
            aria-label={t('approval.currency', { place: index + 1 })}
            value={currency}
            maxLength={3}
            onChange={(event) => change(index, { currency: event.currentTarget.value.toUpperCase() })}
          />
          <TextInput
            aria-label={t('approval.amount', { currency })}
            inputMode="decimal"
            value={amount}
            maxLength={14}
            onChange={(event) => change(index, { amount: event.currentTarget.value })}
          />
          <button
            type="button"
            className="row-tool"
            aria-label={t('approval.remove_label', { currency })}
            onClick={() => onLines(lines.filter((_, place) => place !== index))}
          >
            {t('approval.remove')}
          </button>
        </div>
      ))}
      <div>
        <button
          type="button"
          className="row-tool"
          onClick={() =>
            onLines([
              ...lines,
              { line: 1 + Math.max(0, ...lines.map((one) => one.line)), currency: '', amount: '' },
            ])
          }
        >
          {t('approval.add')}
        </button>
      </div>
    </fieldset>
  )
}

type Draft = { byItself: boolean; lines: readonly Line[]; reason: string }

const draftOf = (policy: EarningPolicy): Draft => ({
  byItself: policy.approves_by_itself,
  lines: Object.entries(policy.two_people_above).map(([currency, minor], line) => ({
    line,
    currency,
    amount: writeAmount(minor, currency),
  })),
  reason: '',
})

function Now({ policy }: { policy: EarningPolicy }) {
  const limits = Object.entries(policy.two_people_above)
  return (
    <Facts
      facts={[
        fact(t('approval.by_itself_short'), t(policy.approves_by_itself ? 'approval.yes' : 'approval.no')),
        fact(
          t('approval.limits'),
          limits.map(([currency, minor]) => formatMoney({ amount_minor: minor, currency })).join(', '),
        ),
      ]}
    />
  )
}

function useSave(policy: EarningPolicy) {
  return useWrite(
    ({ byItself, lines, reason }: Draft, { client }) =>
      readBody(
        client.PUT('/admin/earnings/policy', {
          body: {
            after_version: policy.version,
            approves_by_itself: byItself,
            two_people_above: readLimits(lines) ?? {},
            reason: reason.trim(),
          },
        }),
      ),
    ({ asked }) => showToast(t(asked === null ? 'program_settings.done' : 'second.asked_done')),
  )
}

function check({ lines, reason }: Draft): FormError[] {
  const limits = readLimits(lines) === null ? [{ field: 'limits', text: t('approval.limits_wrong') }] : []
  return [...limits, ...checkReason('approval_reason', reason)]
}

function Form({ policy }: { policy: EarningPolicy }) {
  const { draft, change, shown } = useSettingForm(() => draftOf(policy), check, useSave(policy))
  const wrong = errorOf(shown.errors, 'limits')
  return (
    <Setting
      title={t('approval.title')}
      about={t('approval.about')}
      asked={policy.asked}
      lastSet={t('program_settings.set_by', {
        version: policy.version,
        name: policy.set_by_name,
        date: formatDate(policy.created_at),
      })}
      mayChange={useMay('platform.earnings.approve')}
      {...shown}
      now={<Now policy={policy} />}
    >
      <label className="check">
        <input
          type="checkbox"
          checked={draft.byItself}
          onChange={(event) => change({ byItself: event.currentTarget.checked })}
        />
        {t('approval.by_itself')}
      </label>
      <Lines lines={draft.lines} onLines={(lines) => change({ lines })} />
      {wrong !== undefined && <p className="small late">{wrong}</p>}
      <ReasonField
        id="approval_reason"
        value={draft.reason}
        errors={shown.errors}
        onValue={(reason) => change({ reason })}
      />
    </Setting>
  )
}

/** From which amount on two people approve an earning, and whether smaller ones approve themselves. */
export function ApprovalPolicy() {
  const policy = useRead(['earnings', 'policy'], (frame, signal) =>
    readBody(frame.client.GET('/admin/earnings/policy', { signal })),
  )
  return (
    <Answer query={policy} lines={4}>
      {(found) => (
        <KeptForm value={found} version={`${found.version} ${found.asked?.request_id ?? ''}`}>
          {(held) => <Form policy={held} />}
        </KeptForm>
      )}
    </Answer>
  )
}
