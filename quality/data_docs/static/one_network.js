// Words of bootstrap-table that a reader sees.
jQuery.extend(jQuery.fn.bootstrapTable.defaults, {
  formatSearch: () => "搜索 search",
  formatNoMatches: () => "没有符合的行 no matching rows",
  formatLoadingMessage: () => "正在加载 loading",
});
