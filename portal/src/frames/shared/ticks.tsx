import type { ReactNode } from 'react'

type TicksProps<Value extends string> = {
  id: string
  legend: string
  entries: readonly { value: Value; label: ReactNode }[]
  ticked: readonly Value[]
  onTicked: (ticked: Value[]) => void
}

/** Several choices out of a few, each in words. */
export function Ticks<Value extends string>({ id, legend, entries, ticked, onTicked }: TicksProps<Value>) {
  return (
    <fieldset id={id} className="stack tight" tabIndex={-1}>
      <legend>{legend}</legend>
      {entries.map(({ value, label }) => (
        <label key={value} className="check">
          <input
            type="checkbox"
            checked={ticked.includes(value)}
            onChange={(event) => {
              const others = ticked.filter((one) => one !== value)
              onTicked(event.currentTarget.checked ? [...others, value] : others)
            }}
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}
