-- The rules of DESIGN and docs/profiles.md in SQL, for the profile `superuser`.

create macro said(text) as case when trim(text) in ('', '-', 'null') then null else text end;

create table agents as
    select row_number() over () as number, id, lower(email) as email, coalesce(string_split(identities, ';'), []) as others
    from read_csv('AGENTS', all_varchar = true);

-- What one member or cell says, whichever form it has.
create macro member(cells, pointer, name) as
    said(coalesce(cells ->> pointer, cells ->> ('$."' || name || '"')));

create table records as
    select source, place, line, try_cast(line as json) is not null as valid, try_cast(line as json) as cells from lines
        where not regexp_full_match(line, '\s*') -- a blank line is no record
    union all select source, place, line, true, cells from rows;

create table read as
    select *,
        member(cells, '$.timestamp', 'timestamp') as written,
        -- Without a zone it is no time.
        case when regexp_matches(written, '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$')
             then try_cast(written as timestamptz) end as time,
        member(cells, '$.impersonator.id', 'impersonator.id') as behind_id,
        lower(member(cells, '$.impersonator.email', 'impersonator.email')) as behind_email,
        lower(member(cells, '$.impersonator.user_name', 'impersonator.user_name')) as behind_name,
        member(cells, '$.actor.id', 'actor.id') as actor_id,
        lower(member(cells, '$.actor.email', 'actor.email')) as actor_email,
        lower(member(cells, '$.actor.user_name', 'actor.user_name')) as actor_name,
        member(cells, '$.event_id', 'event_id') as event_id,
        member(cells, '$.action', 'action') as action,
        member(cells, '$.client.session_id', 'client.session_id') as session,
        case lower(member(cells, '$.outcome', 'outcome'))
            when 'success' then 'success' when 'allowed' then 'success' when 'ok' then 'success'
            when 'failure' then 'failure' when 'denied' then 'failure' when 'error' then 'failure'
            else 'unknown' end as outcome,
        list_distinct(list_filter(
            [member(cells, '$.tenant.id', 'tenant.id')]
            || coalesce(list_transform(cast(cells -> '$.tenants' as json[]), lambda one: said(one ->> '$.id')), []),
            lambda one: one is not null)) as tenants,
        -- All that is mapped, for telling a copy from another event of the same id.
        [time::varchar, action, session, outcome, tenants::varchar,
         member(cells, '$.tenant.name', 'tenant.name'), member(cells, '$.target.type', 'target.type'),
         member(cells, '$.target.id', 'target.id'), member(cells, '$.target.name', 'target.name'),
         member(cells, '$.ticket', 'ticket'), member(cells, '$.justification', 'justification'),
         member(cells, '$.client.ip', 'client.ip'), member(cells, '$.client.user_agent', 'client.user_agent')] as body
    from records;

create macro names(agent, id, email, name) as
    (id is not null and (id = agent.id or list_contains(agent.others, id)))
    or (email is not null and (email = agent.email or list_contains(list_transform(agent.others, lambda one: lower(one)), email)))
    or (name is not null and list_contains(list_transform(agent.others, lambda one: lower(one)), name));

-- Who acts through another's account comes first.
create table acted as
    select read.source, place, first(agents.id order by rank, number) as agent from (
        select source, place, 0 as rank, behind_id as id, behind_email as email, behind_name as name from read
        union all select source, place, 1, actor_id, actor_email, actor_name from read
    ) as read join agents on names(agents, read.id, read.email, read.name)
    group by all;

create table judged as
    select read.*, agent, number as source_number, case
            when not valid or time is null then 'refused'
            when not exists (select 1 from scopes where time >= start and time < stop) then 'outside_window'
            when coalesce(behind_id, behind_email, behind_name, actor_id, actor_email, actor_name) is null then 'refused'
            when not exists (select 1 from scopes where time >= start and time < stop and list_contains(agents, agent)) then 'other_actor'
            when action is null then 'refused'
            else 'in_scope' end as met
    from read join sources using (source) left join acted using (source, place);

-- A further copy has the same id and says the same; without an id, it has the same bytes.
create table settled as
    select *, case when met = 'in_scope' and row_number() over (
            partition by met, event_id, case when event_id is null then [line] else body end, agent
            order by source_number, place) > 1 then 'duplicate' else met end as disposition
    from judged;

create table kept as select * from settled where disposition = 'in_scope';
create table touched as select *, unnest(tenants) as tenant from kept;

-- As Python writes it.
create macro shown(time) as strftime(time at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%f+00:00');

create view answer_sources as
    select source, count(place),
        count(*) filter (disposition = 'in_scope'), count(*) filter (disposition = 'duplicate'),
        count(*) filter (disposition = 'other_actor'), count(*) filter (disposition = 'outside_window'),
        count(*) filter (disposition = 'refused'),
        count(*) filter (disposition = 'in_scope' and len(tenants) = 0),
        shown(min(time)), shown(max(time))
    from settled group by source;
create view answer_tenants as
    select tenant, count(*), count(distinct agent), count(distinct session), shown(min(time)), shown(max(time)) from touched group by tenant;
create view answer_scopes as
    select tenant, scopes.name, count(*) from touched, scopes
    where time >= start and time < stop and list_contains(scopes.agents, agent) group by all;
create view answer_tenant_actions as select tenant, action, count(*) from touched group by all;
create view answer_outcomes as select tenant, outcome, count(*) from touched group by all;
create view answer_actions as
    select action, count(*), (select count(distinct tenant) from touched where touched.action = kept.action) from kept group by action;
create view answer_agents as
    select id, count(kept.place), (select count(distinct tenant) from touched where agent = id), shown(min(time)), shown(max(time))
    from agents left join kept on agent = id group by id;
