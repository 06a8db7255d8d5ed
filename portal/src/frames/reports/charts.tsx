import { useState } from 'react'

import { TableFrame } from '../../parts/table-frame.tsx'
import { t } from '../../platform/words.ts'

export type Point = { label: string; value: number | null }

type TrendChartProps = {
  title: string
  points: readonly Point[]
  format: (value: number) => string
  /** The name of the first column of the twin. */
  of: string
  shape?: 'line' | 'bars'
}

const height = 100

/** A round number at or above the highest value, so that the axis reads well. */
function topOf(values: readonly number[]): number {
  const highest = Math.max(0, ...values)
  if (highest === 0) return 1
  const step = 10 ** Math.floor(Math.log10(highest))
  return (
    [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((factor) => factor * step).find((top) => top >= highest) ??
    highest
  )
}

/** From where to where a picture shows values; zero is always in it. */
type Scale = { top: number; bottom: number }

function scaleOf(values: readonly number[]): Scale {
  const lowest = Math.min(0, ...values)
  const isBelow = lowest < 0
  const top = isBelow && Math.max(0, ...values) === 0 ? 0 : topOf(values)
  return { top, bottom: isBelow ? -topOf(values.map((value) => -value)) : 0 }
}

/** How far below the upper edge a value stands. */
const placeIn = ({ top, bottom }: Scale, value: number): number => ((top - value) / (top - bottom)) * height

type Run = { from: number; values: number[] }

/** Neighbours with values; where one is missing the line stops. */
function runsOf(points: readonly Point[]): Run[] {
  const runs: Run[] = []
  let run: Run | null = null
  for (const [index, { value }] of points.entries()) {
    if (value === null) run = null
    else if (run === null) runs.push((run = { from: index, values: [value] }))
    else run.values.push(value)
  }
  return runs
}

type ShapeProps = { points: readonly Point[]; scale: Scale }

function Lines({ points, scale }: ShapeProps) {
  const y = (value: number) => placeIn(scale, value)
  const floor = String(y(0))
  return runsOf(points).map(({ from, values }) => {
    const first = from + 0.5
    const last = from + values.length - 0.5
    const line = values.map((value, index) => `${String(first + index)},${String(y(value))}`)
    if (values.length === 1) {
      const at = y(values[0] ?? 0)
      return <path key={from} className="chart-line" d={`M${String(from + 0.1)},${String(at)}h0.8`} />
    }
    return (
      <g key={from}>
        <path
          className="chart-area"
          d={`M${String(first)},${floor}L${line.join('L')}L${String(last)},${floor}Z`}
        />
        <path className="chart-line" d={`M${line.join('L')}`} />
      </g>
    )
  })
}

/** Bars stand on the line of zero; what is below zero hangs from it. */
function Bars({ points, scale }: ShapeProps) {
  const floor = placeIn(scale, 0)
  return points.map(({ label, value }, index) => {
    const end = placeIn(scale, value ?? 0)
    return (
      <rect
        key={label}
        className="chart-bar"
        x={index + 0.18}
        y={Math.min(end, floor)}
        width={0.64}
        height={Math.abs(end - floor)}
      />
    )
  })
}

/** What a reader who does not see the picture is told in its place. */
function describe({ title, points, format }: TrendChartProps): string {
  const known = points.flatMap(({ label, value }) => (value === null ? [] : [{ label, value }]))
  const [first] = known
  if (first === undefined) return `${title}: ${t('reports.no_data')}`
  const least = known.reduce((low, point) => (point.value < low.value ? point : low), first)
  const most = known.reduce((high, point) => (point.value > high.value ? point : high), first)
  return `${title}. ${least.label}: ${format(least.value)} … ${most.label}: ${format(most.value)}`
}

function Plot(props: TrendChartProps) {
  const { points, format, shape = 'line' } = props
  const scale = scaleOf(points.flatMap(({ value }) => value ?? []))
  const { top, bottom } = scale
  const Shape = shape === 'bars' ? Bars : Lines
  const [first, middle, last] = [points[0], points[Math.floor((points.length - 1) / 2)], points.at(-1)]
  return (
    <div className="chart">
      <div className="chart-y" aria-hidden="true">
        {[top, (top + bottom) / 2, bottom].map((value) => (
          <span key={value}>{format(value)}</span>
        ))}
      </div>
      <svg
        className="chart-plot"
        role="img"
        aria-label={describe(props)}
        viewBox={`0 0 ${String(Math.max(1, points.length))} ${String(height)}`}
        preserveAspectRatio="none"
      >
        {[0, bottom < 0 ? placeIn(scale, 0) : height / 2, height].map((at) => (
          <path key={at} className="chart-grid" d={`M0,${String(at)}H${String(points.length)}`} />
        ))}
        <Shape points={points} scale={scale} />
      </svg>
      <div className="chart-x" aria-hidden="true">
        <span>{first?.label}</span>
        <span>{middle?.label}</span>
        <span>{last?.label}</span>
      </div>
    </div>
  )
}

/** The values of a picture as a table, drawn once it is asked for. */
function Twin({ title, points, format, of }: TrendChartProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="twin" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('reports.as_table')}</summary>
      {isOpen && (
        <TableFrame caption={title} look="table" heads={[of, { figures: title }]}>
          {points.map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="num">{value === null ? t('reports.no_data') : format(value)}</td>
            </tr>
          ))}
        </TableFrame>
      )}
    </details>
  )
}

/** A picture of values over time with gaps where nothing is known, and the same values as a table. */
export function TrendChart(props: TrendChartProps) {
  const { title, points } = props
  if (points.every(({ value }) => value === null)) return <p className="muted">{t('reports.no_data')}</p>
  return (
    <figure className="chart-figure">
      <figcaption className="small muted">{title}</figcaption>
      <Plot {...props} />
      <Twin {...props} />
    </figure>
  )
}

type UptimeBarProps = { value: number | null; target: number; lowest: number }

/** An uptime as a bar with the target as a mark, beside its number; the scale begins below the lowest of its list. */
export function UptimeBar({ value, target, lowest }: UptimeBarProps) {
  const place = (percent: number) => Math.max(0, Math.min(100, ((percent - lowest) / (100 - lowest)) * 100))
  if (value === null) return <span className="uptime-bar" data-tone="none" aria-hidden="true" />
  return (
    <svg
      className="uptime-bar"
      data-tone={value >= target ? 'ok' : 'bad'}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect className="track" width="100" height="10" />
      <rect className="fill" width={Math.max(1, place(value))} height="10" />
      <path className="mark" d={`M${String(place(target))},0V10`} />
    </svg>
  )
}

/** Where the scale of bars begins: a whole step below the lowest value, so that differences are seen. */
export function scaleFrom(values: readonly (number | null)[]): number {
  const lowest = Math.min(99, ...values.flatMap((value) => value ?? []))
  const step = lowest >= 98 ? 1 : lowest >= 90 ? 5 : 25
  return Math.max(0, Math.floor((lowest - 0.01) / step) * step)
}
