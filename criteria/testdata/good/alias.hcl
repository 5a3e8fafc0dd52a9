exit_when = computation > 3.332*GFLOPs && next.computation > 4145*MFLOPs

# canonical: flops > 3.332*GFLOPs && next.flops > 4.145*GFLOPs
