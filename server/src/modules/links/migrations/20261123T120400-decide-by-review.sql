set role liaison_authz;

-- The kernel learns what time has made of a link, and the networks of the partner. The view is taken as it stands and two
-- of its terms are changed, so that nothing of it is written down a second time.
do $$
declare
  was text := pg_get_viewdef('access.link_fact'::regclass);
  now_is text := was;
begin
  now_is := replace(now_is, '''status'', d.status,', '''status'', case when d.status = ''active'' and d.review_stops_at <= statement_timestamp() then ''suspended'' else d.status end, ''partner_conditions'', coalesce((select json_build_object(''ip_mode'', r.ip_mode, ''ip_allow'', r.ip_allow) from public.partner_network_rule r where r.partner_id = d.partner_id), ''{}''),');
  if now_is = was then
    raise exception 'access.link_fact no longer says the status of a link as it did';
  end if;
  now_is := replace(now_is, '''status_reason'', d.status_reason,', '''status_reason'', case when d.status = ''active'' and d.review_stops_at <= statement_timestamp() then ''review_overdue'' else d.status_reason end,');
  now_is := replace(now_is, '''status_changed_by_side'', d.status_changed_by_side,', '''status_changed_by_side'', case when d.status = ''active'' and d.review_stops_at <= statement_timestamp() then ''clock'' else d.status_changed_by_side end,');
  execute 'create or replace view access.link_fact as ' || now_is;
end
$$;

reset role;
