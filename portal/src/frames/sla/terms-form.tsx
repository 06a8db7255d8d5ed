import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core'

import { Panel } from '../../parts/page.tsx'
import { t, tValue } from '../../platform/words.ts'
import { levels, pauses, priorities, warnLevels } from './terms.ts'
import type { FormProps, Priority } from './terms.ts'
import type { People } from './terms-view.tsx'

const calendars = ['24x7', 'business'] as const

function TargetFields({ terms, onTerms, name }: FormProps & { name: Priority }) {
  const promise = terms.priorities[name]
  const priority = tValue('status.priority', name)
  const set = (change: Partial<typeof promise>) => {
    onTerms({ ...terms, priorities: { ...terms.priorities, [name]: { ...promise, ...change } } })
  }
  return (
    <tr>
      <th scope="row">{priority}</th>
      <td data-name={t('promise.first_response')}>
        <TextInput
          type="number"
          min={1}
          max={129_600}
          required
          aria-label={t('promise.field_response', { priority })}
          value={String(promise.first_response_min)}
          onChange={(event) => set({ first_response_min: Number(event.currentTarget.value) })}
        />
      </td>
      <td data-name={t('promise.resolution')}>
        <TextInput
          type="number"
          min={1}
          max={129_600}
          required
          aria-label={t('promise.field_resolution', { priority })}
          value={String(promise.resolution_min)}
          onChange={(event) => set({ resolution_min: Number(event.currentTarget.value) })}
        />
      </td>
      <td data-wide data-name={t('promise.counted')}>
        <NativeSelect
          aria-label={t('promise.field_calendar', { priority })}
          value={promise.calendar}
          onChange={(event) =>
            set({ calendar: calendars.find((word) => word === event.currentTarget.value) ?? '24x7' })
          }
        >
          {calendars.map((word) => (
            <option key={word} value={word}>
              {t(`promise.counted_${word}`)}
            </option>
          ))}
        </NativeSelect>
      </td>
    </tr>
  )
}

/** The promised minutes of each priority. */
export function TargetsForm(props: FormProps) {
  return (
    <Panel title={t('promise.targets')}>
      <table className="terms-table">
        <thead>
          <tr>
            <th scope="col">{t('promise.priority')}</th>
            <th scope="col">{t('promise.response_minutes')}</th>
            <th scope="col">{t('promise.resolution_minutes')}</th>
            <th scope="col">{t('promise.counted')}</th>
          </tr>
        </thead>
        <tbody>
          {priorities.map((name) => (
            <TargetFields key={name} {...props} name={name} />
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

/** The list with a word in it or not, in the order of the words. */
function withChoice<Word>(words: readonly Word[], chosen: readonly Word[], word: Word): Word[] {
  return words.filter((one) => (one === word ? !chosen.includes(one) : chosen.includes(one)))
}

type Step = FormProps['terms']['escalate_to'][number]
type StepProps = { step: Step; people: People; onStep: (step: Step) => void; onRemove: () => void }

function StepLine({ step, people, onStep, onRemove }: StepProps) {
  return (
    <div className="line-fields">
      <NativeSelect
        label={t('promise.escalate_person')}
        value={step.person_id}
        onChange={(event) => onStep({ ...step, person_id: event.currentTarget.value })}
      >
        {!people.has(step.person_id) && <option value={step.person_id}>{t('promise.unknown_person')}</option>}
        {[...people].map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </NativeSelect>
      <NativeSelect
        label={t('promise.escalate_level')}
        value={String(step.level)}
        onChange={(event) => {
          const level = levels.find((one) => String(one) === event.currentTarget.value)
          onStep({ ...step, level: level ?? step.level })
        }}
      >
        {levels.map((level) => (
          <option key={level} value={level}>
            {t('promise.percent', { percent: level })}
          </option>
        ))}
      </NativeSelect>
      <NativeSelect
        label={t('promise.escalate_act')}
        value={step.action}
        onChange={(event) =>
          onStep({ ...step, action: event.currentTarget.value === 'assign' ? 'assign' : 'notify' })
        }
      >
        <option value="notify">{t('promise.act_notify')}</option>
        <option value="assign">{t('promise.act_assign')}</option>
      </NativeSelect>
      <Button
        variant="default"
        aria-label={t('promise.remove_step', { level: step.level })}
        onClick={onRemove}
      >
        ✕
      </Button>
    </div>
  )
}

function Escalation({ terms, onTerms, people }: FormProps & { people: People }) {
  const steps = terms.escalate_to
  const [somebody] = people.keys()
  return (
    <>
      <h3 className="sub">{t('promise.escalate')}</h3>
      {steps.length === 0 && <p className="muted">{t('promise.escalate_none')}</p>}
      {steps.map((step, index) => (
        <StepLine
          // A step has no other name than its place, and steps are never reordered.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          step={step}
          people={people}
          onStep={(changed) =>
            onTerms({ ...terms, escalate_to: steps.map((old, place) => (place === index ? changed : old)) })
          }
          onRemove={() => onTerms({ ...terms, escalate_to: steps.filter((_, place) => place !== index) })}
        />
      ))}
      {somebody !== undefined && (
        <div>
          <Button
            variant="default"
            onClick={() =>
              onTerms({
                ...terms,
                escalate_to: [...steps, { level: 75, person_id: somebody, action: 'notify' }],
              })
            }
          >
            {t('promise.add_step')}
          </Button>
        </div>
      )}
    </>
  )
}

function ClockRules({ terms, onTerms }: FormProps) {
  return (
    <>
      <fieldset className="stack tight">
        <legend>{t('promise.pause')}</legend>
        {pauses.map((state) => (
          <Checkbox
            key={state}
            label={t(`promise.pause_${state}`)}
            checked={terms.pause_states.includes(state)}
            onChange={() =>
              onTerms({ ...terms, pause_states: withChoice(pauses, terms.pause_states, state) })
            }
          />
        ))}
      </fieldset>
      <fieldset className="stack tight">
        <legend>{t('promise.warn')}</legend>
        {warnLevels.map((percent) => (
          <Checkbox
            key={percent}
            label={t('promise.percent', { percent })}
            checked={terms.warn_at.includes(percent)}
            onChange={() => onTerms({ ...terms, warn_at: withChoice(warnLevels, terms.warn_at, percent) })}
          />
        ))}
      </fieldset>
    </>
  )
}

/** When clocks stand still, who is warned, and what is promised of the service itself; nobody is named where `people` is null. */
export function RulesForm({ terms, onTerms, people }: FormProps & { people: People | null }) {
  return (
    <Panel title={t('promise.rules')}>
      <div className="stack tight">
        <ClockRules terms={terms} onTerms={onTerms} />
        {people !== null && <Escalation terms={terms} onTerms={onTerms} people={people} />}
        <TextInput
          id="uptime_target"
          type="number"
          min={0}
          max={100}
          step="0.001"
          label={t('promise.uptime')}
          description={t('promise.uptime_about')}
          value={terms.uptime_target === null ? '' : String(terms.uptime_target)}
          onChange={(event) => {
            const { value } = event.currentTarget
            onTerms({ ...terms, uptime_target: value === '' ? null : Number(value) })
          }}
        />
        <Checkbox
          id="maintenance_excluded"
          label={t('promise.maintenance')}
          checked={terms.maintenance_excluded}
          onChange={(event) => onTerms({ ...terms, maintenance_excluded: event.currentTarget.checked })}
        />
      </div>
    </Panel>
  )
}
