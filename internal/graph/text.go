package graph

func drawText(g *Graph, width int) []byte { return drawList(g) }
