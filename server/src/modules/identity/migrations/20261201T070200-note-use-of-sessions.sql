set role liaison_owner;

grant update (seen_at) on session to liaison_authz;

reset role;
set role liaison_authz;

-- Keeps the idle clock of sessions going that were used just now, each once a minute at most. A session that has ended meanwhile, or was idle for
-- too long, stays so. Whoever holds one of them is not waited for: what holds it ends it, or notes its use as well.
create function access.note_use(sessions uuid[]) returns void
  language sql volatile
  as $$
  update public.session s set seen_at = statement_timestamp()
  where s.id in (
    select used.id from public.session used
    -- Less than a minute, because whoever asks for it counts the minute by a clock of its own.
    where used.id = any (sessions) and used.ended_at is null and used.seen_at < statement_timestamp() - interval '50 seconds'
      and exists (select from access.live_session a where a.token_hash = used.token_hash)
    for update of used skip locked)
  $$;

reset role;
