import { Button, NativeSelect, TextInput } from '@mantine/core'

import { Panel } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'
import { days, knownZones } from './terms.ts'
import type { FormProps } from './terms.ts'

type Open = FormProps['terms']['business_hours']['week'][number]
type Holiday = FormProps['terms']['business_hours']['holidays'][number]

/** The list with one entry replaced. */
const withAt = <Item,>(items: readonly Item[], index: number, item: Item): Item[] =>
  items.map((old, place) => (place === index ? item : old))
const without = <Item,>(items: readonly Item[], index: number): Item[] =>
  items.filter((_, place) => place !== index)

function nameOf(day: number): string {
  const known = days.find((one) => one === day) ?? 1
  return t(`promise.day_${known}`)
}

type LineProps = { open: Open; index: number; onOpen: (open: Open) => void; onRemove: () => void }

function OpenLine({ open, index, onOpen, onRemove }: LineProps) {
  return (
    <div className="line-fields hours">
      <NativeSelect
        id={`day-${index}`}
        label={t('promise.day')}
        value={String(open.day)}
        onChange={(event) => onOpen({ ...open, day: Number(event.currentTarget.value) })}
      >
        {days.map((day) => (
          <option key={day} value={day}>
            {t(`promise.day_${day}`)}
          </option>
        ))}
      </NativeSelect>
      <TextInput
        label={t('promise.from')}
        value={open.from}
        placeholder="09:00"
        required
        pattern="([01]\d|2[0-3]):[0-5]\d"
        onChange={(event) => onOpen({ ...open, from: event.currentTarget.value })}
      />
      <TextInput
        label={t('promise.to')}
        value={open.to}
        placeholder="17:00"
        required
        pattern="(([01]\d|2[0-3]):[0-5]\d|24:00)"
        onChange={(event) => onOpen({ ...open, to: event.currentTarget.value })}
      />
      <Button
        variant="default"
        aria-label={t('promise.remove_hours', { day: nameOf(open.day), from: open.from, to: open.to })}
        onClick={onRemove}
      >
        ✕
      </Button>
    </div>
  )
}

type HolidayProps = { holiday: Holiday; onHoliday: (holiday: Holiday) => void; onRemove: () => void }

function HolidayLine({ holiday, onHoliday, onRemove }: HolidayProps) {
  return (
    <div className="line-fields hours">
      <TextInput
        label={t('promise.holiday_name')}
        value={holiday.name}
        required
        maxLength={100}
        onChange={(event) => onHoliday({ ...holiday, name: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t('promise.holiday_date')}
        value={holiday.date}
        required
        onChange={(event) => onHoliday({ ...holiday, date: event.currentTarget.value })}
      />
      <Button
        variant="default"
        aria-label={t('promise.remove_holiday', { name: holiday.name })}
        onClick={onRemove}
      >
        ✕
      </Button>
    </div>
  )
}

type Hours = FormProps['terms']['business_hours']
type PartProps = { hours: Hours; set: (change: Partial<Hours>) => void }

/** The hours that a new line proposes: the next day, with the hours of the last line. */
function nextOpen(week: readonly Open[]): Open {
  const last = week.at(-1)
  return {
    day: Math.min(7, (last?.day ?? 0) + 1),
    from: last?.from ?? '09:00',
    to: last?.to ?? '17:00',
  }
}

function Week({ hours, set }: PartProps) {
  return (
    <>
      {hours.week.map((open, index) => (
        <OpenLine
          // The lines have no other name than their place, and are never reordered.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          open={open}
          index={index}
          onOpen={(changed) => set({ week: withAt(hours.week, index, changed) })}
          onRemove={() => set({ week: without(hours.week, index) })}
        />
      ))}
      <div>
        <Button variant="default" onClick={() => set({ week: [...hours.week, nextOpen(hours.week)] })}>
          {t('promise.add_hours')}
        </Button>
      </div>
    </>
  )
}

function Holidays({ hours, set }: PartProps) {
  return (
    <>
      <h3 className="sub">{t('promise.holidays')}</h3>
      {hours.holidays.length === 0 && <p className="muted">{t('promise.holidays_none')}</p>}
      {hours.holidays.map((holiday, index) => (
        <HolidayLine
          // oxlint-disable-next-line react/no-array-index-key -- as above
          key={index}
          holiday={holiday}
          onHoliday={(changed) => set({ holidays: withAt(hours.holidays, index, changed) })}
          onRemove={() => set({ holidays: without(hours.holidays, index) })}
        />
      ))}
      <div>
        <Button
          variant="default"
          onClick={() => set({ holidays: [...hours.holidays, { date: '', name: '' }] })}
        >
          {t('promise.add_holiday')}
        </Button>
      </div>
    </>
  )
}

/** When people work: the hours of the week in their time zone, and the days on which they do not. */
export function HoursForm({ terms, onTerms }: FormProps) {
  const hours = terms.business_hours
  const set = (change: Partial<Hours>) => {
    onTerms({ ...terms, business_hours: { ...hours, ...change } })
  }
  const zones = knownZones()
  return (
    <Panel title={t('promise.hours')}>
      <div className="stack tight">
        <TextInput
          id="time_zone"
          label={t('promise.zone')}
          description={t('promise.zone_about')}
          value={hours.time_zone}
          list="time-zones"
          required
          onChange={(event) => set({ time_zone: event.currentTarget.value })}
        />
        <datalist id="time-zones">
          {zones.map((zone) => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))}
        </datalist>
        <Week hours={hours} set={set} />
        <Holidays hours={hours} set={set} />
      </div>
    </Panel>
  )
}
