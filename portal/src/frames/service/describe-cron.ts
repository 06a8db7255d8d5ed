import '../service/service-words.ts'
import { t } from '../../platform/words.ts'

const NUMBER = /^\d{1,2}$/

const twoDigits = (text: string): string => text.padStart(2, '0')

/** When a schedule runs, in words: “Every 5 minutes”, “Every hour at :07”, “Every day at 02:41”. Others stay as they are. */
export function describeCron(cron: string): string {
  const [minute = '', hour = '', ...days] = cron.split(' ')
  if (days.join(' ') !== '* * *') return cron
  const step = /^\*\/(\d{1,2})$/.exec(minute)?.[1]
  if (hour === '*' && minute === '*') return t('jobs.each_minute')
  if (hour === '*' && step !== undefined) return t('jobs.each_minutes', { count: Number(step) })
  if (!NUMBER.test(minute)) return cron
  if (hour === '*') return t('jobs.each_hour', { minute: twoDigits(minute) })
  return NUMBER.test(hour) ? t('jobs.each_day', { time: `${twoDigits(hour)}:${twoDigits(minute)}` }) : cron
}
