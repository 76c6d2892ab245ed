-- macro:  instant(x)    the moment a text names, or null: ISO, yyyy/m/d, yyyymmdd[hhmmss], yyyy年m月d日, epoch in ms or s
-- Only meant for comparing two cells of one row, which one system wrote: time zones are left alone.
create or replace macro instant(x) as
    case
        when regexp_full_match(trim(x), '[0-9]{13}') then make_timestamp(try_cast(trim(x) as bigint) * 1000)
        when regexp_full_match(trim(x), '[0-9]{10}') then make_timestamp(try_cast(trim(x) as bigint) * 1000000)
        else coalesce(
            try_cast(trim(x) as timestamp),
            try_strptime(
                trim(x),
                ['%Y%m%d%H%M%S', '%Y%m%d', '%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d', '%Y-%m-%d %H:%M',
                 '%Y年%m月%d日 %H:%M:%S', '%Y年%m月%d日 %H:%M', '%Y年%m月%d日']
            )
        )
    end
