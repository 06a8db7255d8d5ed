/** Sentences of asking a tenant for more time. */
export const extending = {
  'extend.title': 'Ask for more time',
  'extend.text': '{tenant} decides. Until then the link stays as it is.',
  'extend.by': 'Longer by',
  'extend.option': '{days} days, until {date}',
  'extend.ask': 'Ask {tenant} to extend',
  'extend.replaces': 'This waits for {tenant}: {waiting}. A new request takes its place.',
  'extend.done': '{tenant} was asked for more time',
} as const
