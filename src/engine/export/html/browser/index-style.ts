import { baseStyle } from './base-style.ts';

/** Of the page that leads to the pages of the sessions. */
export const indexStyle = `${baseStyle}
main{padding:1.25rem 1.5rem 4rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{padding:.45rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{position:sticky;top:0;background:var(--page);color:var(--dim);font-size:.78rem;white-space:nowrap}
thead button{padding:.1rem .3rem;margin:-.1rem -.3rem;border:0;background:none;color:inherit;font-weight:600}
thead th[aria-sort=ascending] button::after{content:" ↑"}
thead th[aria-sort=descending] button::after{content:" ↓"}
tbody tr:hover{background:var(--hover)}
tbody th{font-weight:400;min-width:11rem}
tbody td:nth-child(4){min-width:5.5rem;overflow-wrap:anywhere}
.name{display:block;font-weight:600;overflow-wrap:anywhere}
.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.72rem;overflow-wrap:anywhere}
.first{min-width:10rem;max-width:32rem;overflow-wrap:anywhere}
.path mark,.first mark{white-space:nowrap}
.path{min-width:9rem;max-width:26rem;overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8rem}
.time{font-size:.8rem;min-width:5.5rem}
.number{white-space:nowrap}
.time,.number{font-variant-numeric:tabular-nums}
th.number,td.number{text-align:right}
@media screen and (max-width:60rem){
main{padding:1rem .8rem 3rem}
.top{padding:.4rem .8rem}
.top .title{display:none}
.controls{width:100%}
}
@media screen and (max-width:62rem){
table,tbody,tr,th,td{display:block}
thead{display:none}
tbody tr{padding:.6rem 0;border-bottom:1px solid var(--line)}
tbody th,tbody td,.first,.path{border:0;padding:.1rem 0;min-width:0;max-width:none}
td:empty{display:none!important}
td.time,td.number,tbody td:nth-child(4){min-width:0;display:inline-block;margin-right:1rem;color:var(--dim);font-size:.8rem;text-align:left}
td:nth-child(6)::before{content:"to "}
td:nth-child(7)::before{content:"Turns "}
td:nth-child(8)::before{content:"Calls "}
td:nth-child(9)::before{content:"Tokens "}
}
@media print{
.top,.skip{display:none}
main{padding:0}
.scroll{overflow:visible}
table{font-size:8pt}
th,td{min-width:0!important;padding:.2rem .3rem}
tr{break-inside:avoid}
}
`;
