# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the VSIDs of a location map: of the keys vsid and VirtualSubnetID, or of that column of CSV.
function split_fields(line,    i, c, quoted, count) {
    count = 1
    fields[1] = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"")
            quoted = !quoted
        else if (c == between && !quoted)
            fields[++count] = ""
        else
            fields[count] = fields[count] c
    }
    return count
}
{ sub(/\r$/, ""); line = tolower($0) }
column {
    if (split_fields(line) >= column && fields[column] ~ /^(0x[0-9a-f]+|[0-9]+)$/)
        print fields[column]
    next
}
line ~ /(^|[,;\t])"?virtualsubnetid"?([,;\t]|$)/ {
    match(line, /[,;\t]/)
    between = substr(line, RSTART, 1)
    for (i = split_fields(line); i > 0; i--)
        if (fields[i] == "virtualsubnetid")
            column = i
    next
}
{
    while (match(line, /(vsid|virtualsubnetid)"?[ \t]*:[ \t]*["\047]?(0x[0-9a-f]+|[0-9]+)/)) {
        value = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        sub(/.*[^0-9a-fx]/, "", value)
        print value
    }
}
