import './features-words.ts'
import '../../styles/reports.css'
import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Feature } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { TrendChart } from '../reports/charts.tsx'
import { formatShare } from './describe.ts'

type RampProps = { feature: Feature; etag: string | null }
type Step = { startsAt: string; percent: string }

/** What each step of a plan lacks before it can be sent. */
export function checkSteps(steps: readonly Step[]): FormError[] {
  return steps.flatMap(({ startsAt, percent }, index) => {
    const text = t('ramp.step_missing', { number: index + 1 })
    if (startsAt === '') return [{ field: `ramp_start_${index}`, text }]
    return percent === '' ? [{ field: `ramp_share_${index}`, text }] : []
  })
}

function usePlan({ feature, etag }: RampProps, onDone: () => void) {
  return useWrite(
    ({ steps, reason }: { steps: readonly Step[]; reason: string }, { client }) =>
      readBody(
        client.PUT('/admin/features/{key}/ramp', {
          params: { path: { key: feature.key } },
          headers: { 'If-Match': etag ?? '' },
          body: {
            reason,
            steps: steps.map(({ startsAt, percent }) => ({
              starts_at: startsAt === '' ? '' : new Date(startsAt).toISOString(),
              share_bp: Math.round(Number(percent) * 100),
            })),
          },
        }),
      ),
    onDone,
  )
}

function Chart({ feature }: { feature: Feature }) {
  const ahead = feature.steps.filter(({ is_reached: isReached }) => !isReached)
  const points = [
    ...feature.steps
      .filter(({ is_reached: isReached }) => isReached)
      .map((step) => ({
        label: formatDateTime(step.starts_at) ?? step.starts_at,
        value: step.share_bp,
      })),
    { label: t('ramp.now'), value: feature.share_now_bp },
    ...ahead.map((step) => ({
      label: formatDateTime(step.starts_at) ?? step.starts_at,
      value: step.share_bp,
    })),
  ]
  return (
    <TrendChart
      title={t('ramp.chart')}
      points={points}
      format={formatShare}
      of={t('ramp.when')}
      shape="bars"
    />
  )
}

type StepFieldsProps = {
  steps: readonly Step[]
  onSteps: (steps: Step[]) => void
}

function StepFields({ steps, onSteps }: StepFieldsProps) {
  const change = (index: number, part: Partial<Step>) =>
    onSteps(steps.map((step, at) => (at === index ? { ...step, ...part } : step)))
  return steps.map((step, index) => (
    // Steps have no name of their own; their place is who they are.
    // oxlint-disable-next-line react/no-array-index-key
    <div className="row" key={index}>
      <TextInput
        id={`ramp_start_${index}`}
        type="datetime-local"
        label={t('ramp.start')}
        value={step.startsAt}
        onChange={(event) => change(index, { startsAt: event.currentTarget.value })}
      />
      <TextInput
        id={`ramp_share_${index}`}
        type="number"
        min={0}
        max={100}
        step="0.01"
        label={t('ramp.share')}
        value={step.percent}
        onChange={(event) => change(index, { percent: event.currentTarget.value })}
      />
      <Button
        variant="default"
        aria-label={t('ramp.remove', { number: index + 1 })}
        onClick={() => onSteps(steps.filter((_, at) => at !== index))}
      >
        ×
      </Button>
    </div>
  ))
}

const blank: Step = { startsAt: '', percent: '' }

function Plan({ feature, etag }: RampProps) {
  const [steps, setSteps] = useState<Step[]>([])
  const [reason, setReason] = useState('')
  const write = usePlan({ feature, etag }, () => {
    setSteps([])
    showToast(t('ramp.saved', { feature: feature.name }))
  })
  const [errors, setErrors] = useState<FormError[]>([])
  return (
    <form
      className="stack tight"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = checkSteps(steps)
        setErrors(found)
        if (found.length === 0) write.mutate({ steps, reason })
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <StepFields steps={steps} onSteps={setSteps} />
      {steps.length > 0 && (
        <TextInput
          label={t('ramp.reason')}
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <div className="row">
        <Button variant="default" onClick={() => setSteps([...steps, blank])}>
          {t('ramp.add')}
        </Button>
        {steps.length > 0 && (
          <Button type="submit" loading={write.isPending}>
            {t('ramp.save')}
          </Button>
        )}
      </div>
    </form>
  )
}

function Pause({ feature, etag }: RampProps) {
  const names = { feature: feature.name, share: formatShare(feature.share_now_bp ?? 0) }
  return (
    <MoveButton
      words={{
        act: t('ramp.pause'),
        title: t('ramp.pause_title', names),
        effect: t('ramp.pause_effect', names),
        keep: t('ramp.pause_keep'),
        done: t('ramp.pause_done', names),
      }}
      reason="required"
      move={(reason, { client }) =>
        readBody(
          client.PUT('/admin/features/{key}/ramp', {
            params: { path: { key: feature.key } },
            headers: { 'If-Match': etag ?? '' },
            body: { reason, steps: [] },
          }),
        )
      }
    />
  )
}

/** From when which share of the partners has a feature: the picture, its table, and a new plan. */
export function Ramp({ feature, etag }: RampProps) {
  const mayManage = useMay('platform.features.manage') && feature.status !== 'retired'
  const mayPlan = mayManage && feature.status === 'active' && feature.default === 'off'
  const isGoing = feature.steps.some(({ is_reached: isReached }) => !isReached)
  return (
    <Panel title={t('ramp.title')}>
      <p className="muted">{t(feature.default === 'on' ? 'ramp.not_possible' : 'ramp.lead')}</p>
      {feature.steps.length > 0 ? (
        <Chart feature={feature} />
      ) : (
        feature.default === 'off' && <p>{t('ramp.none')}</p>
      )}
      {mayManage && isGoing && <Pause feature={feature} etag={etag} />}
      {mayPlan && (
        <KeptForm value={{ feature, etag }} version={etag}>
          {(held) => <Plan {...held} />}
        </KeptForm>
      )}
    </Panel>
  )
}
